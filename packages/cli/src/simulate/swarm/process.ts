import {
  type AlertModel,
  type Channel,
  DEFAULT_ROUTE,
  NO_LINKS,
  NO_SECRETS,
  type Overrides,
  type Policy,
  TELL_ALL,
  type Verdict,
} from "@spotkeeper/controller";
import { type Clock, type Ms, sdkHandler, type Simulator } from "@spotkeeper/simulator";
import { openAccess, type Parts } from "../access.ts";
import { createGate } from "./gate.ts";
import { type Outages, sendThrough } from "./outages.ts";
import type { Blow } from "./dimensions/lives.ts";
import type { PlaceItem } from "./dimensions/places.ts";

type Ledger = ReturnType<Parts["openSqliteLedger"]>;
type Archive = ReturnType<Parts["openSqliteArchive"]>;
type Inventory = ReturnType<Parts["createMemoryInventory"]>;

/** As own-account.ts has it. */
const FIRST_ANSWER_WITHIN: Ms = 3_000;

/** A worker as an operating system sees it: the one way in which a world drives it. */
export interface WorkerProcess {
  start(): Promise<void>;
  /** Hands a message over; null where the process died before it answered. */
  deliver(body: string): Promise<Verdict | null>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

export interface Ground {
  readonly parts: Parts;
  readonly clock: Clock;
  readonly random: () => number;
  readonly simulator: Simulator;
  readonly ledger: Ledger;
  readonly archive: Archive;
  /** Where the worker and its queue are. */
  readonly home: PlaceItem;
  /** Accounts that it reaches by a role. */
  readonly others: readonly string[];
  readonly policy: Policy;
  readonly overrides: Overrides;
  readonly outages: Outages;
  readonly onSent: (alert: AlertModel) => void;
  /** The channel refused it: nobody was told, and nobody will be. */
  readonly onRefused: (alert: AlertModel) => void;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** What one of the workers has of its own, which its lives share. */
export interface Seat {
  readonly inventory: Inventory;
  /** What is still to happen to it, in the order of its crossings. */
  readonly plan: Blow[];
  readonly crossings: { count: number };
  /** How far its machine's clock is ahead of AWS's now. */
  readonly ahead: () => Ms;
}

/** One life of a worker: the real flow over the world's AWS, ledger and channel, behind a gate that can cut it off. */
export function createProcess(
  ground: Ground,
  { inventory, plan, crossings, ahead }: Seat,
  name: string,
  onKilled: (pause: Ms) => void,
): WorkerProcess {
  const { parts } = ground;
  const gate = createGate({ clock: ground.clock, plan, crossings, onKilled });
  const clock = parts.correctClock(shifted(gate.clock, ahead), () => {});
  const { home, random, policy, overrides } = ground;
  const handler = gate.guard(sdkHandler(ground.simulator), ["handle"]);
  const aws = openAccess({ parts, clock, random, handler, others: ground.others, region: home.region, hearing: clock });
  const channel: Channel = {
    updates: "full",
    pace: null,
    send: (alert) =>
      gate.cross(() =>
        sendThrough(ground.outages, ground.clock, {
          deliver: () => ground.onSent(alert),
          refuse: () => ground.onRefused(alert),
        }),
      ),
  };
  const worker = parts.createWorker({
    clock,
    random,
    owner: name,
    ledger: gate.guard(ground.ledger, ["accept", "load", "commit", "due", "list", "history", "unarchived", "purge"]),
    archive: gate.guard(ground.archive, ["put", "get", "list"]),
    inventory,
    aws,
    policy: () => policy,
    overrides,
    channels: new Map([["people", channel]]),
    routes: [DEFAULT_ROUTE],
    suppress: TELL_ALL,
    links: NO_LINKS,
    secrets: NO_SECRETS,
    gather: 1_000,
    observer: {
      onFailure: (what, error) => gate.isOver() || ground.onFailure(what, error),
    },
  });
  return {
    async start() {
      // As entry/run.ts: an answer of AWS's says which hour it is, before anything is judged by it.
      const deadline = clock.now() + FIRST_ANSWER_WITHIN;
      const at = { account: null, region: home.region };
      await aws.sts.callerAccount(at, { purpose: "enrich", deadline }).catch(() => {});
      await worker.start();
    },
    async deliver(body) {
      const sentAt = ground.clock.now();
      clock.stamped(sentAt);
      const receivedAt = clock.now();
      const origin = {
        source: "sqs",
        account: home.account,
        region: home.region,
        sentAt,
        receivedAt,
      } as const;
      return Promise.race([worker.accept(body, origin), gate.ended.then(() => null)]);
    },
    isAlive: () => !gate.isOver(),
    async stop() {
      await worker.stop(5_000);
      aws.close();
    },
  };
}

/** The clock of a machine that is wrong, and that somebody can set. */
const shifted = (clock: Clock, ahead: () => Ms): Clock & { readonly steady: () => Ms } => ({
  now: () => clock.now() + ahead(),
  steady: () => clock.now(),
  sleep: (ms, signal) => clock.sleep(ms, signal),
  setTimer: (at, fn) => clock.setTimer(at - ahead(), fn),
});
