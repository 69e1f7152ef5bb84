import { join } from "node:path";
import { argv, stdout } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import type { Aws } from "../packages/controller/src/aws/aws.ts";
import { systemClock } from "../packages/controller/src/clock.ts";
import { defaultActions, defaultPolicy } from "../packages/controller/src/decide/defaults.ts";
import { defaultOverrides } from "../packages/controller/src/enrich/overrides.ts";
import { createWorker } from "../packages/controller/src/entry/worker.ts";
import { createMemoryInventory } from "../packages/controller/src/inventory/memory.ts";
import { NO_SECRETS } from "../packages/controller/src/secrets/secrets.ts";
import { NO_LINKS } from "../packages/controller/src/notify/message/links.ts";
import { DEFAULT_ROUTE } from "../packages/controller/src/notify/route.ts";
import { TELL_ALL } from "../packages/controller/src/notify/pipeline/suppress-settings.ts";
import { openSqliteArchive } from "../packages/controller/src/record/archive/sqlite/open.ts";
import { openSqliteLedger } from "../packages/controller/src/record/ledger/sqlite.ts";

/** Runs as its own process (memory.ts): incidents open and close through the real flow, without AWS. */
const AT_ONCE = 500;
const [, , folder = "."] = argv;
const clock = systemClock;
const ledger = openSqliteLedger({ file: join(folder, "many.db"), clock, synchronous: "NORMAL" });
const archive = openSqliteArchive({ file: join(folder, "many-archive.db"), clock });
/** Incidents that have opened and not closed, and messages sent. */
const counts = { open: 0, sent: 0 };
/** An AWS that knows nothing: empty lists; no instance, group or cluster. */
const answer = (name: string | symbol): unknown => (name === "listClusters" ? [] : new Map());

const worker = createWorker({
  clock,
  random: Math.random,
  ledger,
  archive,
  inventory: createMemoryInventory(),
  aws: new Proxy({}, { get: () => new Proxy({}, { get: (_, name) => () => Promise.resolve(answer(name)) }) }) as Aws,
  routes: [DEFAULT_ROUTE],
  suppress: TELL_ALL,
  policy: () => ({ ...defaultPolicy, defaults: { ...defaultActions, onRebalance: "ignore" } }),
  overrides: defaultOverrides,
  channels: new Map(),
  links: NO_LINKS,
  secrets: NO_SECRETS,
  gather: 0,
  observer: {
    onAccepted: () => void counts.open++,
    onEntries: (_doc, entries) => void (counts.open -= entries.filter((entry) => entry.kind === "outcome").length),
  },
});

const origin = { source: "sqs", account: null, region: "us-east-1", sentAt: null } as const;
const body = (serial: number): string =>
  JSON.stringify({
    version: "0",
    id: `event-${serial}`,
    "detail-type": "EC2 Instance Rebalance Recommendation",
    source: "aws.ec2",
    account: "123456789012",
    time: new Date(clock.now()).toISOString(),
    region: "us-east-1",
    resources: [],
    detail: { "instance-id": `i-${serial.toString(16).padStart(17, "0")}` },
  });

async function upTo(count: number): Promise<number> {
  while (counts.sent < count) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, () => worker.accept(body(counts.sent++), { ...origin, receivedAt: clock.now() })),
    );
    while (counts.open > AT_ONCE) await delay(5);
  }
  while (counts.open > 0) await delay(50);
  // Wait until the archive has them too.
  while ((await ledger.unarchived()).items.length > 0) await delay(200);
  // Objects that only finalizers release go with the second collection.
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc?.();
    await delay(500);
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

await worker.start();
for (const count of argv.slice(3)) stdout.write(`${await upTo(Number(count))} `);
stdout.write(`${counts.open}\n`);
await worker.stop(1_000);
await Promise.all([ledger.close(), archive.close()]);
