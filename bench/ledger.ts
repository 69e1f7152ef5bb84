import { quantile } from "../packages/cli/src/simulate/quantile.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../packages/controller/src/clock.ts";
import type { Doc } from "../packages/controller/src/model/doc.ts";
import type { Step } from "../packages/controller/src/model/step.ts";
import type { Ledger } from "../packages/controller/src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../packages/controller/src/record/ledger/sqlite.ts";
import type { SignalOf } from "../packages/controller/src/model/signal.ts";

export const name = "ledger";

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

const INCIDENTS = 2_000;
const AT_ONCE = 100;
/** About the size of an incident with ten steps, so that bare rows are as large as ours. */
const BODY_BYTES = 4_000;
/** Writes in the life of an incident: it opens, a step is intended, the step is done, it closes. */
const WRITES = 4;
const T0 = 1_767_225_600_000;

/**
 * Measures incident lives per second, on one file with `synchronous=FULL`, compared with bare inserts of rows of the
 * same size.
 */
export async function run(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-bench-"));
  try {
    const bareOne = bareInserts(join(folder, "bare-1.db"), 1);
    const bareMany = bareInserts(join(folder, "bare-100.db"), AT_ONCE);
    const one = await lives(join(folder, "one.db"), INCIDENTS / 10, 1);
    const many = await lives(join(folder, "many.db"), INCIDENTS, AT_ONCE);
    return [
      { what: "bare inserts, 1 a transaction", value: bareOne, unit: "rows/s" },
      { what: "bare inserts, 100 a transaction", value: bareMany, unit: "rows/s" },
      { what: "incidents opened, stepped and closed, one at a time", value: one.perSecond, unit: "incidents/s" },
      {
        what: "their writes against bare inserts, 1 a transaction",
        value: (one.perSecond * WRITES) / bareOne,
        unit: "ratio",
      },
      { what: "incidents opened, stepped and closed, 100 at once", value: many.perSecond, unit: "incidents/s" },
      {
        what: "their writes against bare inserts, 100 a transaction",
        value: (many.perSecond * WRITES) / bareMany,
        unit: "ratio",
      },
      { what: "accept, p99, while 100 incidents are stepped at once", value: many.acceptP99, unit: "ms" },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bareInserts(file: string, rowsATransaction: number): number {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (key TEXT PRIMARY KEY, body TEXT)");
  const insert = db.prepare("INSERT INTO t (key, body) VALUES (?, ?)");
  const body = "x".repeat(BODY_BYTES);
  const rows = rowsATransaction === 1 ? 2_000 : 20_000;
  const began = performance.now();
  for (let row = 0; row < rows;) {
    db.exec("BEGIN");
    for (let n = 0; n < rowsATransaction; n++) insert.run(`incident#${row++}`, body);
    db.exec("COMMIT");
  }
  const perSecond = rows / ((performance.now() - began) / 1_000);
  db.close();
  return perSecond;
}

async function lives(
  file: string,
  incidents: number,
  atOnce: number,
): Promise<{ readonly perSecond: number; readonly acceptP99: number }> {
  const ledger = openSqliteLedger({ file, clock: systemClock });
  const accepts: number[] = [];
  let next = 0;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (next < incidents) accepts.push(await live(ledger, `i-${String(next++).padStart(17, "0")}`));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const perSecond = incidents / ((performance.now() - began) / 1_000);
  await ledger.close();
  return { perSecond, acceptP99: quantile(accepts, 0.99) ?? Number.NaN };
}

/** Plays one incident from its warning to its end. Returns how long `accept` took, in milliseconds. */
async function live(ledger: Ledger, instance: string): Promise<number> {
  const began = performance.now();
  const accepted = await ledger.accept(warning(instance), T0);
  const took = performance.now() - began;
  if (accepted === null) throw new Error("A warning opened no incident");
  const steps = plan(accepted.doc);
  const intended = await commit(ledger, { ...accepted.doc, body: { ...accepted.doc.body, steps } });
  const done = await commit(ledger, { ...intended, body: { ...intended.body, drainedAt: T0 + 2 } });
  await commit(ledger, { ...done, wakeAt: null, body: { ...done.body, outcome: "drained", closedAt: T0 + 3 } });
  return took;
}

async function commit(ledger: Ledger, doc: Doc<"incident">): Promise<Doc<"incident">> {
  const entry = {
    key: doc.key,
    at: T0,
    kind: "step",
    text: "Set DRAINING.",
    data: { step: "drain", attempt: 1 },
  } as const;
  const result = await ledger.commit([doc], [entry]);
  if (result === "conflict") throw new Error(`${doc.key} has another writer`);
  return { ...doc, version: doc.version + 1 };
}

function plan(doc: Doc<"incident">): readonly Step[] {
  const step: Step = {
    id: "deregister",
    responder: "deregister-targets",
    params: {},
    after: [],
    notBefore: null,
    abandonAt: T0 + 100_000,
    attempts: 1,
    state: "intended",
    retryAt: null,
    startedAt: T0,
    settledAt: null,
    reason: null,
    receipt: null,
  };
  const room = BODY_BYTES - JSON.stringify({ ...doc.body, steps: [step] }).length;
  return [{ ...step, params: { targets: "x".repeat(Math.max(0, room)) } }];
}

function warning(instance: string): SignalOf<"spot-interruption"> {
  return {
    kind: "spot-interruption",
    id: `m-${instance}`,
    subject: { type: "instance", id: instance },
    account: "111122223333",
    region: "eu-west-1",
    availabilityZone: "eu-west-1a",
    at: T0,
    timeKnown: true,
    receivedAt: T0,
    source: "sqs",
    action: "terminate",
    deadline: T0 + 120_000,
  };
}
