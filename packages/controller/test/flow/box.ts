import {
  createSimulator,
  createWorld,
  fleetOperations,
  regionOf,
  sdkHandler,
  type Simulator,
  type SimulatorOptions,
  virtualClock,
  type VirtualClock,
  type Region,
  type World,
} from "@spotkeeper/simulator";
import type { Aws } from "../../src/aws/aws.ts";
import { createClients } from "../../src/aws/clients.ts";
import { createAws } from "../../src/aws/index.ts";
import { defaultActions, defaultPolicy } from "../../src/decide/defaults.ts";
import type { Actions, Policy } from "../../src/decide/policy.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";
import { noteOf } from "../../src/flow/note-of.ts";
import { retainedIn } from "../../src/entry/retained.ts";
import { createWorker, type Worker } from "../../src/entry/worker.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { createSweeper } from "../../src/inventory/sweep/sweeper.ts";
import type { AlertModel, Channel } from "../../src/notify/alert.ts";
import { NO_SECRETS } from "../../src/secrets/secrets.ts";
import { NO_LINKS } from "../../src/notify/message/links.ts";
import { DEFAULT_ROUTE, type Route } from "../../src/notify/route.ts";
import { TELL_ALL } from "../../src/notify/pipeline/suppress-settings.ts";
import { openSqliteArchive } from "../../src/record/archive/sqlite/open.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Entry } from "../../src/model/journal.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import type { Verdict } from "../../src/signal/verdict.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";

const START = Date.UTC(2026, 10, 20, 12, 0, 0);
export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";
export const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:spotkeeper`;

const plainly = (body: string, deliver: (body: string) => void): void => deliver(body);

/** A queue's visibility timeout. */
const VISIBLE_AGAIN = 10_000;

export interface BoxOptions {
  /** Builds the fleet; everything it sends to the queue reaches the worker. */
  readonly build: (world: World, region: Region) => void;
  readonly actions?: Partial<Actions>;
  /** A function where it changes while the worker runs. */
  readonly policy?: Policy | (() => Policy);
  readonly throttleRules?: SimulatorOptions<World>["throttleRules"];
  /** How long EC2's reads lag at the most, in milliseconds; they do not where left out. */
  readonly readLag?: number;
  readonly seed?: number;
  /** How many workers share the ledger; each message goes to one of them, or to all (`deliver`). */
  readonly workers?: number;
  readonly deliver?: "one" | "all";
  /** Stands between the fleet and the workers: lets messages through when, as often and as changed as it likes. */
  readonly carry?: (body: string, deliver: (body: string) => void) => void;
  /** The inventory knows the fleet before anything happens. */
  readonly warm?: boolean;
  /** Stands before the ledger: what it is to refuse. */
  readonly ledger?: (real: Ledger) => Ledger;
  /** Bytes that one document takes at the most. */
  readonly largestBody?: number;
  /** One route for all alerts where left out. */
  readonly routes?: readonly Route[];
  readonly settings?: Parameters<typeof createWorld>[0]["settings"];
}

/** A fleet, its AWS, and the real flow over them, in one process on one virtual clock. */
export interface Box {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly world: World;
  readonly region: Region;
  readonly ledger: Ledger;
  readonly workers: readonly Worker[];
  readonly sent: AlertModel[];
  readonly entries: Entry[];
  readonly failures: unknown[];
  /** What became of each message, in order. One that is to come later is delivered again, as SQS does. */
  readonly verdicts: Verdict[];
  /** Of the first worker. */
  readonly inventory: Inventory;
  /** A message from outside the fleet. */
  deliver(body: string): void;
  /** Lets virtual time pass. */
  run(seconds: number): Promise<void>;
  /** Each worker sweeps for a minute, of which it reads all that is due. */
  sweep(): Promise<void>;
  incidents(): Promise<readonly Doc<"incident">[]>;
  incident(instanceId: string, ordinal?: number): Promise<Incident>;
  /** The workers are gone as by a kill, and another begins on their ledger. */
  takeOver(): Promise<void>;
  /** One of the workers is gone as by a kill. */
  kill(index: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * The same database, whose calls the clock notices: it answers within a turn or two of the event loop, sooner than the
 * clock takes a program to be at rest. To hold the clock meanwhile would cost a real millisecond a call.
 */
function noticed<T extends object>(clock: VirtualClock, target: T): T {
  const touch = (): void => clock.hold()();
  return new Proxy(target, {
    get(object, name, receiver): unknown {
      const value: unknown = Reflect.get(object, name, receiver);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, object, args);
        if (!(result instanceof Promise)) return result;
        touch();
        return result.finally(touch);
      };
    },
  });
}

async function sweepOnce(
  clock: VirtualClock,
  all: readonly Aws[],
  inventories: readonly Inventory[],
  workers: readonly Worker[],
): Promise<void> {
  const enough = new AbortController();
  for (const [index, aws] of all.entries()) {
    const inventory = inventories[index];
    if (inventory === undefined) continue;
    const sweeper = createSweeper({
      aws,
      inventory,
      clock,
      random: () => 0.5,
      lease: () => Promise.resolve(true),
      places: [{ account: ACCOUNT, region: REGION }],
      callsPerMinute: 600,
      often: 600_000,
      keep: 86_400_000,
      onGroups: (place, groups, at) => {
        for (const signal of retainedIn(place, groups, at)) void workers[index]?.acceptSignal(signal);
      },
    });
    void sweeper.run(enough.signal).catch(() => {});
  }
  await clock.runUntil(clock.now() + 60_000);
  enough.abort();
}

export async function openBox(options: BoxOptions): Promise<Box> {
  const seed = options.seed ?? 1;
  const clock = virtualClock(START);
  const workers: Worker[] = [];
  const accesses: (Aws & { close(): void })[] = [];
  const sent: AlertModel[] = [];
  const entries: Entry[] = [];
  const failures: unknown[] = [];
  const verdicts: Verdict[] = [];
  const subjects = new Set<string>();
  const inventories: Inventory[] = [];
  const origin = { source: "sqs", account: ACCOUNT, region: REGION, sentAt: null } as const;
  let turn = 0;
  const deliver = (body: string): void => {
    const all = options.deliver === "all" ? workers : workers.slice(turn++ % workers.length).slice(0, 1);
    for (const worker of all) {
      void worker.accept(body, { ...origin, receivedAt: clock.now() }).then((verdict) => {
        verdicts.push(verdict);
        if (verdict.is === "later") clock.setTimer(clock.now() + VISIBLE_AGAIN, () => deliver(body));
      });
    }
  };
  const world = createWorld({
    clock,
    seed,
    send: (_queue, body) => (options.carry ?? plainly)(body, deliver),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  const region = regionOf(world, ACCOUNT, REGION);
  options.build(world, region);
  const simulator = createSimulator({
    clock,
    seed,
    world,
    operations: fleetOperations,
    ...(options.throttleRules === undefined ? {} : { throttleRules: options.throttleRules }),
    maxReadLag: options.readLag ?? 0,
  });
  const room = options.largestBody === undefined ? {} : { largestBody: options.largestBody };
  const real = openSqliteLedger({ file: ":memory:", clock, noteOf, ...room });
  const ledger = noticed(clock, options.ledger?.(real) ?? real);
  const archive = noticed(clock, openSqliteArchive({ file: ":memory:", clock }));
  const given = options.policy ?? { ...defaultPolicy, defaults: { ...defaultActions, ...options.actions } };
  const policy = typeof given === "function" ? given : (): Policy => given;
  const channel: Channel = {
    updates: "full",
    pace: null,
    send: (model) => {
      sent.push(model);
      return Promise.resolve({ is: "sent", receipt: null });
    },
  };
  const hire = (): Worker => {
    const clients = createClients({
      clock,
      accounts: [],
      endpoint: null,
      credentials: () => Promise.resolve({ accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "x" }),
      requestHandler: sdkHandler(simulator) as never,
    });
    const aws = createAws({ clock, random: () => 0.5, clients, accounts: [], ownAccount: null, onCall: () => {} });
    accesses.push(aws);
    const inventory = createMemoryInventory();
    inventories.push(inventory);
    const worker = createWorker({
      clock,
      random: () => 0.5,
      ledger,
      archive,
      inventory,
      aws,
      policy,
      overrides: defaultOverrides,
      channels: new Map([["test", channel]]),
      routes: options.routes ?? [DEFAULT_ROUTE],
      suppress: TELL_ALL,
      links: NO_LINKS,
      secrets: NO_SECRETS,
      observer: {
        onAccepted: (doc) => void subjects.add(doc.body.subject.id),
        onEntries: (_doc, more) => void entries.push(...more),
        onFailure: (what, error) => void failures.push([what, error]),
      },
      gather: 0,
    });
    workers.push(worker);
    return worker;
  };
  for (let index = 0; index < (options.workers ?? 1); index++) hire();
  await clock.runUntilSettled(Promise.all(workers.map((worker) => worker.start())));
  if (options.warm === true) await sweepOnce(clock, accesses, inventories, workers);
  const incidents = async (): Promise<readonly Doc<"incident">[]> => {
    const docs: Doc<"incident">[] = [];
    for (const id of subjects) {
      const page = await clock.runUntilSettled(ledger.list(`subject#${id}`));
      for (const doc of page.items) if (doc.kind === "incident") docs.push(doc);
    }
    return docs;
  };
  return {
    clock,
    simulator,
    world,
    region,
    ledger,
    workers,
    sent,
    entries,
    failures,
    verdicts,
    inventory: inventories[0] as Inventory,
    deliver,
    run: (seconds) => clock.runUntil(clock.now() + seconds * 1000),
    sweep: () => sweepOnce(clock, accesses, inventories, workers),
    incidents,
    async incident(instanceId, ordinal = 1) {
      const doc = await clock.runUntilSettled(ledger.load(`incident#${instanceId}#${ordinal}`, "incident"));
      if (doc === null) throw new Error(`no incident of ${instanceId}`);
      return doc.body;
    },
    async takeOver() {
      for (const worker of workers.splice(0)) void worker.stop(0);
      await clock.runUntilSettled(hire().start());
    },
    kill: async (index) => void workers.splice(index, 1)[0]?.stop(0),
    async close() {
      const stopped = Promise.all(workers.map((worker) => worker.stop(1_000)));
      await clock.runUntilSettled(stopped);
      for (const access of accesses) access.close();
      await clock.runUntilSettled(Promise.all([ledger.close(), archive.close()]));
    },
  };
}
