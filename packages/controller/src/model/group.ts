import type { Ms } from "../clock.ts";
import type { Key } from "./key.ts";
import type { Step } from "./step.ts";

/**
 * `lowering`: the replacement is cancelled, and the desired capacity that was raised for it is being lowered again.
 */
export type ReplacementState =
  | "asked"
  | "launching"
  | "serves"
  | "retiring"
  | "lowering"
  | "settled"
  | "refused"
  | "cancelled";

/** One doomed instance that is being replaced in its group. */
export interface Replacement {
  readonly instanceId: string;
  readonly state: ReplacementState;
  readonly by: "detach" | "raise";
  /** Id of the step that changed the group for this instance, e.g. `detach:3`. */
  readonly batch: string | null;
  readonly reason: string | null;
  readonly askedAt: Ms;
  readonly since: Ms;
  /**
   * A rebalance recommendation was received: where Capacity Rebalancing is on, the group replaces the instance by
   * itself.
   */
  readonly recommended: boolean;
  /** Time limit of each stage: waiting for its turn, launching, and draining once the replacement serves. */
  readonly within: Ms;
  /**
   * When this stage times out: the instance is then retired even if its incident never reports that it has drained.
   */
  readonly deadline: Ms;
  /** On-Demand fallback that the incident's policy allows if Spot has no capacity; null means none. */
  readonly onDemand: OnDemand | null;
  /**
   * Desired capacity that was raised for the instance and not lowered again, in units that the group counts; 0 means nothing
   * is owed.
   */
  readonly raised: number;
  /** Capacity of the instance in units that the group counts (weights); 1 until the group was read. */
  readonly units: number;
}

/** Limits of a temporary On-Demand fallback: its duration, and the maximum number of instances. */
export interface OnDemand {
  readonly lasts: Ms;
  readonly most: number;
}

/** A temporary raise of a group's On-Demand base capacity. */
export interface Fallback {
  /** The value before the raise, to be restored. */
  readonly from: number;
  /**
   * Values that Spotkeeper set, or may have set; the last is the newest. The base is lowered again only from one of
   * these values.
   */
  readonly ours: readonly number[];
  /** The value to set next; null means no change is wanted. */
  readonly wanted: number | null;
  /** When the base is lowered again; null means not raised yet. */
  readonly until: Ms | null;
  readonly lasts: Ms;
  readonly because: string;
}

/** Settings of a group that are changed for a time and put back (respond/group/debts.ts). Null means not changed now. */
export interface Debts {
  /** The On-Demand base, while it is raised. */
  readonly fallback: Fallback | null;
}

export const NO_DEBTS: Debts = { fallback: null };

/** The document of an Auto Scaling group: the only author of writes to that group's capacity. */
export interface Group extends Debts {
  readonly account: string | null;
  readonly region: string | null;
  readonly name: string;
  /** Desired capacity without the raises in `replacing`, i.e. as others set it. Null while no raise is owed. */
  readonly baseline: number | null;
  /**
   * Desired capacities that Spotkeeper has set since it read the baseline. The capacity is lowered again only from one
   * of these values.
   */
  readonly ours: readonly number[];
  readonly cooldownUntil: Ms;
  /**
   * Largest share of the group (at least one instance) that is replaced at a time, by the policy of the newest
   * incident.
   */
  readonly cap: number;
  readonly cooldown: Ms;
  /** Counts the batches of capacity writes, so that each batch has its own steps. */
  readonly round: number;
  readonly steps: readonly Step[];
  readonly replacing: { readonly [incident: Key]: Replacement };
}
