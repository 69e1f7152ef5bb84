import type { Ms } from "../clock.ts";
import type { AgentStates } from "./agents.ts";
import type { Key } from "./key.ts";
import type { Params } from "./plain.ts";
import type { Action, LifecycleAction, SignalKind, Source, Subject } from "./signal.ts";
import type { Step } from "./step.ts";

export interface SignalRef {
  readonly id: string;
  readonly kind: SignalKind;
  readonly at: Ms;
  readonly receivedAt: Ms;
  readonly source: Source;
}

/** How an incident ended. */
export type Outcome =
  | "drained"
  /** Nothing was there to be taken off, or nothing that the policy allows. */
  | "nothing-drained"
  | "deadline-passed"
  | "cancelled"
  | "missed-notice"
  | "plain-end"
  | "unclassified"
  | "launched"
  /** All that was told is of an earlier life of the instance. */
  | "outdated"
  | "returned-to-warm-pool"
  /** A recommendation that was told and asked for no more. */
  | "told"
  | "handed-off"
  | "ignored-by-policy"
  | "dry-run";

/** An alert that an incident has joined, and when. */
export interface Joined {
  readonly key: Key;
  readonly generation: number;
  readonly at: Ms;
}

/** A lifecycle action with the instants at which its group began to wait, and at which we heard of it first. */
export interface PendingAction extends LifecycleAction {
  readonly since: Ms;
  readonly heardAt: Ms;
}

/** Everything known and done about one instance (or Fargate task) for one interruption of it. */
export interface Incident {
  readonly subject: Subject;
  readonly ordinal: number;
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly action: Action | null;
  readonly openedAt: Ms;
  /** The instant the capacity goes away; null where no signal told it yet. */
  readonly deadline: Ms | null;
  /** Bounded: the newest are kept, `signalCount` counts all. */
  readonly signals: readonly SignalRef[];
  readonly signalCount: number;
  /** Lifecycle actions that await an answer. */
  readonly lifecycle: readonly PendingAction[];
  /** What the agents on the instance said of their work. */
  readonly agents: AgentStates;
  /** Details of the subject's last signals that planning needs (a Fargate task's address, a Health event's times). */
  readonly hints: Params;
  /** Event times that tell episodes apart (see correlate/). */
  readonly firstEndingAt: Ms | null;
  readonly lastWarningAt: Ms | null;
  readonly launchedAt: Ms | null;
  /** What EC2 or ECS last said of the subject by a signal: "running", "shutting-down", "terminated", … and when. */
  readonly seen: { readonly state: string; readonly at: Ms } | null;
  /** What lists filter by and people recognise: name, type, group, cluster, owner, …; from the facts, once known. */
  readonly labels: Params;
  /** Name of the policy rule that made the plan, and how it is carried out. */
  readonly rule: string | null;
  readonly mode: "act" | "dry-run" | "observe";
  /** When planning last took place, and a hash of what it was made from. */
  readonly plannedFrom: string | null;
  readonly steps: readonly Step[];
  /** Steps that undo, and must be settled before the incident can close. */
  readonly owed: readonly Step[];
  readonly firstActionAt: Ms | null;
  readonly drainedAt: Ms | null;
  readonly goneAt: Ms | null;
  readonly servesAt: Ms | null;
  readonly cancelledAt: Ms | null;
  /** The alerts it is told in, one for each route that it took; empty until it joined them. */
  readonly alerts: readonly Joined[];
  /** The ledger was away when a safe effect was made: at-least-once. */
  readonly flagged: readonly string[];
  readonly outcome: Outcome | null;
  readonly closedAt: Ms | null;
  /** Version of the body that the archive has; 0 for none. */
  readonly archivedVersion: number;
}
