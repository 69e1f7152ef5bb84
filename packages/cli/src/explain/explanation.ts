import type { AlertModel, Plan, Signal, SignalKind } from "@spotkeeper/controller";

/**
 * The output of `explain --output json`: one object for each signal, or one for a message without signals. Times are
 * RFC 3339, UTC.
 */
export interface Explanation extends ExplainedPlan {
  /** Null for standard input. */
  readonly file: string | null;
  /** Counted from 1 within the file. */
  readonly message: number;
  readonly kind: SignalKind | null;
  readonly instanceId: string | null;
  /** For a Fargate task, which has no instance. */
  readonly taskArn: string | null;
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly action: Signal["action"];
  readonly noticedAt: string | null;
  readonly deadline: string | null;
  /** The message lacks its time or deadline; the values are estimates (a typical delay, and two minutes). */
  readonly estimated: boolean;
  /**
   * An opaque id, equal for all signals of one interruption within the input. Null if the signal belongs to no
   * incident.
   */
  readonly incident: string | null;
  /** The signal was seen before in this input: nothing more would be done. */
  readonly duplicate: boolean;
  readonly ignored: string | null;
  readonly error: string | null;
  /** The alert that this message would cause; null if there is nothing new to tell. */
  readonly alert: ExplainedAlert | null;
}

/** The first lines of an alert. */
export type ExplainedAlert = Pick<AlertModel, "phase" | "severity" | "headline" | "ask">;

export interface ExplainedStep {
  readonly step: string;
  readonly responder: string;
  readonly budgetSeconds: number;
  /** When the step begins, if not at once. */
  readonly beginsAt?: string;
}

/** The plan, as far as it can be made without asking AWS. */
export interface ExplainedPlan {
  /** The names of the policy rules that decided the plan. */
  readonly rule: string | null;
  readonly mode: Plan["mode"] | null;
  /** Why the incident would only be observed, or which facts of AWS the plan depends on. */
  readonly because: string | null;
  readonly plan: readonly ExplainedStep[];
}
