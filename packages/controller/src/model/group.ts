import type { Ms } from "../clock.ts";
import type { Key } from "./key.ts";
import type { Step } from "./step.ts";

/** `lowering`: called off, and what was raised for it is being paid back. */
export type ReplacementState =
  | "asked"
  | "launching"
  | "serves"
  | "retiring"
  | "lowering"
  | "settled"
  | "refused"
  | "cancelled";

/** One doomed instance under replacement in its group. */
export interface Replacement {
  readonly instanceId: string;
  readonly state: ReplacementState;
  readonly by: "detach" | "raise";
  /** The step that wrote for it: `detach:3`. */
  readonly batch: string | null;
  readonly reason: string | null;
  readonly askedAt: Ms;
  readonly since: Ms;
  /** A recommendation came: where Capacity Rebalancing is on, the group replaces it by itself. */
  readonly recommended: boolean;
  /** How long each stage may take: its turn, the launch, and draining once the replacement serves. */
  readonly within: Ms;
  /** When this stage is over: retired even if its incident never says that it has drained. */
  readonly deadline: Ms;
  /** What the asker's policy allows where Spot has no capacity; null: nothing. */
  readonly onDemand: OnDemand | null;
  /** So much desired capacity was raised for it and is not paid back, in what the group counts; 0: nothing is owed. */
  readonly raised: number;
  /** How much of its group's capacity the instance is, in what the group counts; 1 until the group was looked at. */
  readonly units: number;
}

/** A temporary On-Demand fallback: for how long, and for how many instances at most. */
export interface OnDemand {
  readonly lasts: Ms;
  readonly most: number;
}

/** The On-Demand base of a group that is raised for a time. */
export interface Fallback {
  /** What it was before, and is to be again. */
  readonly from: number;
  /** What we set it to, or may have: only from such a value is it lowered again. The last one counts. */
  readonly ours: readonly number[];
  /** What it is to be set to next; null: nothing is asked for. */
  readonly wanted: number | null;
  /** When it is lowered again; null: not raised yet. */
  readonly until: Ms | null;
  readonly lasts: Ms;
  readonly because: string;
}

/** An Auto Scaling group's own record: the only author of writes to that group's capacity. */
export interface Group {
  readonly account: string | null;
  readonly region: string | null;
  readonly name: string;
  /** Desired capacity without what is raised in `replacing`: what others want. Null when we owe nothing. */
  readonly baseline: number | null;
  /** What we have asked desired capacity to be since the baseline was seen: only from such a value is it set back. */
  readonly ours: readonly number[];
  readonly cooldownUntil: Ms;
  /** At most this share of the group (one instance at least) is replaced at a time; the newest asker's policy. */
  readonly cap: number;
  readonly cooldown: Ms;
  /** Counts batches of guarded writes, so that each has steps of its own. */
  readonly round: number;
  readonly steps: readonly Step[];
  readonly replacing: { readonly [incident: Key]: Replacement };
  /** Null: nothing is owed. */
  readonly fallback: Fallback | null;
}
