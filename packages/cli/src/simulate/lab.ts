import {
  type AlertModel,
  type AlertView,
  alertView,
  type Channel,
  type Config,
  DEFAULT_ROUTE,
  type Doc,
  type Entry,
  type Incident,
  type Key,
  loadParts,
  NO_LINKS,
  NO_SECRETS,
  type Overrides,
  type Policy,
  TELL_ALL,
  type Verdict,
} from "@spotkeeper/controller";
import {
  createSimulator,
  fleetOperations,
  holdDuring,
  sdkHandler,
  type Simulator,
  virtualClock,
  type VirtualClock,
  type World,
  type WorldOptions,
} from "@spotkeeper/simulator";
import { ACCOUNT, openSimulatedAws, REGION } from "./simulated-aws.ts";
import { type CallTally, createCallTally } from "./call-tally.ts";

/** The default first instant of a simulation, so that a seed always gives the same story. */
const START = Date.UTC(2026, 0, 1, 12, 0, 0);
export { ACCOUNT, REGION };
export const QUEUE_ARN: string = `arn:aws:sqs:${REGION}:${ACCOUNT}:spotkeeper`;
/** assumed: the duration of a call within a region, in milliseconds. */
const LATENCY = { min: 15, max: 60 };
/** The settings of the real worker (controller entry/run.ts). */
const GATHER = 1_000;
const SWEEP = { callsPerMinute: 30, often: 600_000, keep: 86_400_000 } as const;
/** The longest time for stopping, in milliseconds. */
const STOP_WITHIN = 10_000;

export interface LabOptions {
  /** Any whole number; the same seed gives the same story. */
  readonly seed: number;
  /** Builds the fleet. What the fleet sends to `QUEUE_ARN` reaches the worker. */
  readonly build: (wiring: WorldOptions) => World;
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** The first instant, in epoch milliseconds. */
  readonly startAt?: number;
  /** Further channels besides the one that fills `sent`. */
  readonly channels?: (clock: VirtualClock) => ReadonlyMap<string, Channel>;
  /** A config's channels, routes and suppression, in place of one channel that is told everything. */
  readonly telling?: Pick<Config, "routes" | "suppress"> & Required<Pick<LabOptions, "channels">>;
}

/** A simulated fleet, its AWS, and the real worker, in one process on one virtual clock. */
export interface Lab {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly simulator: Simulator;
  readonly calls: CallTally;
  /** The latest state of each incident, in the order in which they opened. */
  readonly incidents: ReadonlyMap<Key, Incident>;
  readonly sent: readonly AlertModel[];
  /** Errors inside the worker: each one is a bug. */
  readonly failures: readonly Failure[];
  /**
   * Sweeps the inventory from now on, until it knows this share of the fleet's container instances: 1 as for a worker
   * that has run for a while, 0 as for a new one.
   */
  warmUp(share?: number): Promise<void>;
  /** Gives one message to the worker, as from its queue. */
  deliver(body: string): Promise<Verdict>;
  /** Returns all alerts with what was withheld, in no order. */
  alerts(): Promise<readonly AlertView[]>;
  /** Returns the journal of one incident. */
  history(key: Key): Promise<readonly Entry[]>;
  /** Advances the virtual clock. */
  run(ms: number): Promise<void>;
  close(): Promise<void>;
}

export interface Failure {
  readonly what: string;
  readonly error: unknown;
}

/** Starts all parts, in memory. The clock stands still until `run` is called. Call `close` at the end. */
export async function openLab(options: LabOptions): Promise<Lab> {
  const { seed, build, policy, overrides, startAt = START, channels, telling } = options;
  const parts = await loadParts();
  const clock = virtualClock(startAt);
  const calls = createCallTally();
  const incidents = new Map<Key, Incident>();
  const sent: AlertModel[] = [];
  const failures: Failure[] = [];
  const random = seeded(seed);
  const receive = async (body: string): Promise<Verdict> => {
    const release = clock.hold();
    const now = clock.now();
    try {
      return await worker.accept(body, {
        source: "sqs",
        account: ACCOUNT,
        region: REGION,
        sentAt: now,
        receivedAt: now,
      });
    } finally {
      release();
    }
  };
  const world = build({
    clock,
    seed,
    send: (_queue, body) => {
      receive(body).catch((error: unknown) => failures.push({ what: "accept", error }));
    },
  });
  const simulator = createSimulator({ clock, seed, world, operations: fleetOperations, latency: LATENCY });
  const ledger = holdDuring(clock, parts.openSqliteLedger({ file: ":memory:", clock }));
  const archive = holdDuring(clock, parts.openSqliteArchive({ file: ":memory:", clock }));
  const inventory = parts.createMemoryInventory();
  const others = new Set([...world.regions.values()].map(({ account }) => account));
  others.delete(ACCOUNT);
  const handler = sdkHandler(simulator);
  const aws = openSimulatedAws({ parts, clock, random, handler, others, onCall: calls.add });
  const note = (doc: Doc): void => {
    if (doc.kind === "incident") incidents.set(doc.key, doc.body);
  };
  const worker = parts.createWorker({
    clock,
    random,
    ledger,
    archive,
    inventory,
    aws,
    policy: () => policy,
    overrides,
    channels: telling?.channels(clock) ?? new Map([["simulated", collecting(sent)], ...(channels?.(clock) ?? [])]),
    routes: telling?.routes ?? [DEFAULT_ROUTE],
    suppress: telling?.suppress ?? TELL_ALL,
    links: NO_LINKS,
    secrets: NO_SECRETS,
    gather: GATHER,
    observer: {
      onAccepted: note,
      onEntries: note,
      onFailure: (what, error) => void failures.push({ what, error }),
    },
  });
  const stopping = new AbortController();
  const places = [...world.regions.values()].map(({ account, name }) => ({ account, region: name }));
  const sweeper = parts.createSweeper({
    ...SWEEP,
    aws,
    inventory,
    clock,
    random,
    lease: parts.createLease(ledger, clock, "simulation"),
    places,
  });
  let sweeping = Promise.resolve();

  await clock.runUntilSettled(worker.start());
  return {
    clock,
    world,
    simulator,
    calls,
    incidents,
    sent,
    failures,
    deliver: (body) => clock.runUntilSettled(receive(body)),
    async alerts() {
      const all: AlertView[] = [];
      let cursor: string | undefined;
      do {
        const page = await clock.runUntilSettled(ledger.list("alert", cursor));
        for (const doc of page.items) if (doc.kind === "alert") all.push(alertView(doc));
        cursor = page.next;
      } while (cursor !== undefined);
      return all;
    },
    async history(key) {
      const all: Entry[] = [];
      let cursor: string | undefined;
      do {
        const page = await clock.runUntilSettled(ledger.history(key, cursor));
        all.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined);
      return all;
    },
    run: (ms) => clock.runUntil(clock.now() + ms),
    async warmUp(share = 1) {
      if (share === 0) return;
      sweeping = sweeper.run(stopping.signal).catch((error: unknown) => void failures.push({ what: "sweep", error }));
      const wanted = share * world.instances.size;
      if (share < 1) {
        while ([...inventory.entries("container")].length < wanted) await clock.runUntil(clock.now() + 1_000);
        return;
      }
      const size = (): number => [...inventory.entries("instance"), ...inventory.entries("container")].length;
      for (let before = -1, idle = 0; idle < QUIET_MINUTES; idle = size() === before ? idle + 1 : 0) {
        before = size();
        await clock.runUntil(clock.now() + 60_000);
      }
    },
    async close() {
      stopping.abort(new Error("the simulation is over"));
      await clock.runUntilSettled(Promise.all([sweeping, worker.stop(STOP_WITHIN)]));
      aws.close();
      await clock.runUntilSettled(Promise.all([ledger.close(), archive.close()]));
    },
  };
}

/** The inventory counts as warm when it has not grown for this many minutes. */
const QUIET_MINUTES = 5;

const collecting = (sent: AlertModel[]): Channel => ({
  updates: "full",
  pace: null,
  send: (model) => {
    sent.push(model);
    return Promise.resolve({ is: "sent", receipt: null });
  },
});

/** Creates a random generator (mulberry32): small, and good enough for jitter. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
