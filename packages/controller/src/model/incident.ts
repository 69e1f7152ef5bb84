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
  /** There was nothing to drain, or nothing that the policy allows to drain. */
  | "nothing-drained"
  | "deadline-passed"
  | "cancelled"
  | "missed-notice"
  | "plain-end"
  | "unclassified"
  | "launched"
  /** All signals are about an earlier life of the instance (before it was started again). */
  | "outdated"
  | "returned-to-warm-pool"
  /** A rebalance recommendation that the policy only reports. */
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

/** A lifecycle action; `since`: when its group began to wait, `heardAt`: when Spotkeeper first received it. */
export interface PendingAction extends LifecycleAction {
  readonly since: Ms;
  readonly heardAt: Ms;
}

/** All knowledge and actions about one interruption of one instance (or Fargate task). */
export interface Incident {
  readonly subject: Subject;
  readonly ordinal: number;
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly action: Action | null;
  readonly openedAt: Ms;
  /** When the capacity goes away; null if no signal has named the time yet. */
  readonly deadline: Ms | null;
  /** The newest signals only; `signalCount` counts all. */
  readonly signals: readonly SignalRef[];
  readonly signalCount: number;
  /** Lifecycle actions that await an answer. */
  readonly lifecycle: readonly PendingAction[];
  /** The last state that each agent on the instance reported. */
  readonly agents: AgentStates;
  /** Details of the subject's last signals that planning needs (a Fargate task's address, a Health event's times). */
  readonly hints: Params;
  /** Event times that separate one episode from the next (see correlate/). */
  readonly firstEndingAt: Ms | null;
  readonly lastWarningAt: Ms | null;
  readonly launchedAt: Ms | null;
  /**
   * The subject's state by the newest signal of EC2 or ECS: "running", "shutting-down", "terminated", …, and its time.
   */
  readonly seen: { readonly state: string; readonly at: Ms } | null;
  /** Labels for filters and display, from the facts once known: name, type, group, cluster, owner, … */
  readonly labels: Params;
  /** Name of the policy rule that made the plan, and how it is carried out. */
  readonly rule: string | null;
  readonly mode: "act" | "dry-run" | "observe";
  /** Time of the last planning, and a hash of its inputs. */
  readonly plannedFrom: string | null;
  readonly steps: readonly Step[];
  /** Undo steps; they must be settled before the incident can close. */
  readonly owed: readonly Step[];
  readonly firstActionAt: Ms | null;
  readonly drainedAt: Ms | null;
  readonly goneAt: Ms | null;
  readonly servesAt: Ms | null;
  readonly cancelledAt: Ms | null;
  /** The alerts that report the incident, one for each route; empty until the incident joined them. */
  readonly alerts: readonly Joined[];
  /** Safe steps that ran while the ledger was unavailable: they may run again (at-least-once). */
  readonly flagged: readonly string[];
  readonly outcome: Outcome | null;
  readonly closedAt: Ms | null;
  /** Version of the body in the archive; 0 means not archived. */
  readonly archivedVersion: number;
}
