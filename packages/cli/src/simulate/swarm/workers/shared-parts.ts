import type { AlertModel, Key, Overrides, Policy } from "@spotkeeper/controller";
import type { Clock, Ms, Simulator } from "@spotkeeper/simulator";
import type { Parts } from "../../simulated-aws.ts";
import type { KillOrFreeze } from "../dimensions/lives.ts";
import type { OutageKind } from "../dimensions/outages.ts";
import type { PlaceItem } from "../dimensions/places.ts";

type Ledger = ReturnType<Parts["openSqliteLedger"]>;
type Archive = ReturnType<Parts["openSqliteArchive"]>;
type Inventory = ReturnType<Parts["createMemoryInventory"]>;

/** What does not work at the moment. Everything works until `begin` is called. */
export interface Outages {
  /** Sets the timers of all outages. Returns when the last one ends. */
  begin(): Ms;
  readonly isOn: (kind: OutageKind) => boolean;
}

/** A queue of wake-up messages, which outlives their senders. */
export interface WakeQueue {
  at(key: Key, when: Ms): Promise<void>;
}

/** What all workers of a world share. */
export interface SharedParts {
  readonly parts: Parts;
  readonly clock: Clock;
  readonly random: () => number;
  readonly simulator: Simulator;
  readonly ledger: Ledger;
  readonly archive: Archive;
  /** The queue of wake-up messages. Only workers that run as functions use it; a process has timers. */
  readonly wakes: WakeQueue;
  /** The place of the worker and its queue. */
  readonly home: PlaceItem;
  /** Accounts that the worker reaches by a role. */
  readonly others: readonly string[];
  readonly policy: Policy;
  readonly overrides: Overrides;
  readonly outages: Outages;
  readonly onSent: (channel: string, alert: AlertModel) => void;
  /** Called if the channel refused the alert for good: nobody gets it. */
  readonly onRefused: (channel: string, alert: AlertModel) => void;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** What belongs to one worker and is shared by its lives. */
export interface WorkerSlot {
  readonly inventory: Inventory;
  /** The kills and freezes that are still to come, by crossing. */
  readonly plan: KillOrFreeze[];
  readonly crossings: { count: number };
  /** Returns by how much its machine's clock is ahead of AWS's. */
  readonly ahead: () => Ms;
}
