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
import type { Blow } from "./dimensions/lives.ts";
import type { PlaceItem } from "./dimensions/places.ts";

type Ledger = ReturnType<Parts["openSqliteLedger"]>;
type Archive = ReturnType<Parts["openSqliteArchive"]>;
type Inventory = ReturnType<Parts["createMemoryInventory"]>;

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
  readonly onSent: (alert: AlertModel) => void;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** What one of the workers has of its own, which its lives share. */
export interface Seat {
  readonly inventory: Inventory;
  /** What is still to happen to it, in the order of its crossings. */
  readonly plan: Blow[];
  readonly crossings: { count: number };
}

/** One life of a worker: the real flow over the world's AWS, ledger and channel, behind a gate that can cut it off. */
export function createProcess(
  ground: Ground,
  { inventory, plan, crossings }: Seat,
  name: string,
  onKilled: (pause: Ms) => void,
): WorkerProcess {
  const { parts } = ground;
  const gate = createGate({ clock: ground.clock, plan, crossings, onKilled });
  const { clock } = gate;
  const { home, random, policy, overrides } = ground;
  const handler = gate.guard(sdkHandler(ground.simulator), ["handle"]);
  const aws = openAccess({ parts, clock, random, handler, others: ground.others, region: home.region });
  const channel: Channel = {
    updates: "full",
    pace: null,
    send: (alert) =>
      gate.cross(async () => {
        ground.onSent(alert);
        return { is: "sent", receipt: null };
      }),
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
    start: () => worker.start(),
    async deliver(body) {
      const receivedAt = clock.now();
      const origin = {
        source: "sqs",
        account: home.account,
        region: home.region,
        sentAt: receivedAt,
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
