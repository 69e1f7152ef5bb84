import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createQueues,
  createSimulator,
  createWorld,
  fleetOperations,
  realClock,
  regionOf,
  type Region,
  sdkHandler,
  type Simulator,
  type World,
} from "@spotkeeper/simulator";
import type { Clock, Ms } from "../../src/clock.ts";
import { parseConfig } from "../../src/config/load.ts";
import { type Running, run, type Tap } from "../../src/entry/run.ts";
import { createLog } from "../../src/log.ts";
import type { Entry } from "../../src/model/journal.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Key } from "../../src/model/key.ts";
import { ACCOUNT, QUEUE, REGION } from "../flow/box.ts";

export interface WholeOptions {
  readonly build: (world: World, region: Region) => void;
  /** What the machine's clock is ahead of AWS's. */
  readonly ahead?: Ms;
  /** The account that the queue stands in, where it is not that of the worker's credentials. */
  readonly queueIn?: string;
  /** Keys of the config, beside its queue, its files and where it listens. */
  readonly config?: object;
  /** Simulated milliseconds in a real one. */
  readonly speed?: number;
}

/** A worker as `spotkeeper run` starts it, on a simulated AWS whose clock is the right one. */
export interface Whole {
  /** AWS's clock. */
  readonly clock: Clock;
  readonly simulator: Simulator;
  readonly world: World;
  readonly region: Region;
  readonly folder: string;
  readonly running: Running;
  readonly log: readonly { readonly [field: string]: unknown }[];
  /** What the console channel has said. */
  readonly told: () => string;
  readonly incidents: ReadonlyMap<Key, Incident>;
  readonly entries: readonly Entry[];
  ready(): Promise<{ readonly reasons: readonly { readonly what: string; readonly code: string | null }[] }>;
  /** Somebody sets the machine's clock. */
  setAhead(ahead: Ms): void;
  /** Looks each real 20 ms until it holds; vitest's own time limit is the bound. */
  until(holds: () => unknown): Promise<void>;
  close(): Promise<void>;
}

export async function openWhole(options: WholeOptions): Promise<Whole> {
  const clock = realClock({ speed: options.speed ?? 1 });
  const { queueIn = ACCOUNT } = options;
  let ahead = options.ahead ?? 0;
  const machine: Clock = {
    ...clock,
    now: () => clock.now() + ahead,
    steady: clock.now,
    setTimer: (at, fn) => clock.setTimer(at - ahead, fn),
  };
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-whole-"));
  const queues = createQueues(clock, 1);
  queues.create(queueIn, REGION, "spotkeeper");
  const arn = QUEUE.replace(ACCOUNT, queueIn);
  const world = createWorld({ clock, seed: 1, send: (_to, body) => void queues.sendTo(arn, body) });
  const region = regionOf(world, ACCOUNT, REGION);
  options.build(world, region);
  const simulator = createSimulator({ clock, seed: 1, world, queues, operations: fleetOperations });
  const log: { readonly [field: string]: unknown }[] = [];
  let told = "";
  const incidents = new Map<Key, Incident>();
  const entries: Entry[] = [];
  const tap: Tap = {
    onCall: () => {},
    onAccepted: (doc) => void incidents.set(doc.key, doc.body),
    onEntries: (doc, more) => {
      if (doc.kind === "incident") incidents.set(doc.key, doc.body);
      entries.push(...more);
    },
  };
  const file = (name: string): { file: string } => ({ file: join(folder, `${name}.db`) });
  const config = parseConfig(
    JSON.stringify({
      sources: { sqs: [{ queueUrl: `https://sqs.${REGION}.amazonaws.com/${queueIn}/spotkeeper` }] },
      channels: { people: { type: "console" } },
      ledger: file("ledger"),
      archive: file("archive"),
      inventory: file("inventory"),
      show: { listen: "127.0.0.1:0" },
      ...options.config,
    }),
    "test",
  );
  const output = { write: (line: string) => void log.push(JSON.parse(line) as { readonly [field: string]: unknown }) };
  const running = await run({
    config,
    log: createLog({ level: "info", format: "json", output, color: false, clock: machine }),
    env: {},
    output: { write: (text) => void (told += text) },
    color: false,
    clock: machine,
    aws: {
      credentials: () => Promise.resolve({ accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "simulated" }),
      requestHandler: sdkHandler(simulator) as never,
    },
    tap,
  });
  return {
    clock,
    simulator,
    world,
    region,
    folder,
    running,
    log,
    told: () => told,
    incidents,
    entries,
    ready: async () => (await (await fetch(`${running.url}/readyz`)).json()) as never,
    setAhead: (to) => void (ahead = to),
    async until(holds) {
      while (!(await holds())) await realClock({ speed: 1 }).sleep(20);
    },
    async close() {
      await running.stop(5_000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
