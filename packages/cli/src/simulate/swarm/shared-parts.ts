import type { AlertModel, Key, Overrides, Policy } from "@spotkeeper/controller";
import type { Clock, Ms, Simulator } from "@spotkeeper/simulator";
import type { Parts } from "../access.ts";
import type { Blow } from "./dimensions/lives.ts";
import type { OutageKind } from "./dimensions/outages.ts";
import type { PlaceItem } from "./dimensions/places.ts";

type Ledger = ReturnType<Parts["openSqliteLedger"]>;
type Archive = ReturnType<Parts["openSqliteArchive"]>;
type Inventory = ReturnType<Parts["createMemoryInventory"]>;

/** What does not work now. Nothing does until the outages have begun. */
export interface Outages {
  /** Sets the timers of all outages; returns when the last one ends. */
  begin(): Ms;
  readonly isOn: (kind: OutageKind) => boolean;
}

/** A queue of hints, which outlives whoever sends them. */
export interface HintQueue {
  at(key: Key, when: Ms): Promise<void>;
}

/** What all workers of a world share. */
export interface Ground {
  readonly parts: Parts;
  readonly clock: Clock;
  readonly random: () => number;
  readonly simulator: Simulator;
  readonly ledger: Ledger;
  readonly archive: Archive;
  /** The queue of hints. Only workers that run as functions use it: a process has timers. */
  readonly hints: HintQueue;
  /** Where the worker and its queue are. */
  readonly home: PlaceItem;
  /** Accounts that it reaches by a role. */
  readonly others: readonly string[];
  readonly policy: Policy;
  readonly overrides: Overrides;
  readonly outages: Outages;
  readonly onSent: (channel: string, alert: AlertModel) => void;
  /** The channel refused it: nobody was told, and nobody will be. */
  readonly onRefused: (channel: string, alert: AlertModel) => void;
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
