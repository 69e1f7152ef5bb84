import type { AlertModel, Plan, Signal, SignalKind } from "@spotkeeper/controller";

/** What `explain --output json` prints: one a signal, or one for a message without any. Times are RFC 3339, UTC. */
export interface Explanation extends ExplainedPlan {
  /** Null for standard input. */
  readonly file: string | null;
  /** Counted from 1 within the file. */
  readonly message: number;
  readonly kind: SignalKind | null;
  readonly instanceId: string | null;
  /** Of a Fargate task, which has no instance. */
  readonly taskArn: string | null;
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly action: Signal["action"];
  readonly noticedAt: string | null;
  readonly deadline: string | null;
  /** The message does not tell its time, or the deadline: these are what is known of the delay, and two minutes. */
  readonly estimated: boolean;
  /** Opaque; equal for all signals of one interruption of one instance, within the input. Null where it is none. */
  readonly incident: string | null;
  /** Heard before in this input: nothing more would be done. */
  readonly duplicate: boolean;
  readonly ignored: string | null;
  readonly error: string | null;
  /** What would be told because of this message; null where nobody is told anything new. */
  readonly alert: ExplainedAlert | null;
}

/** What people would be told: the first lines of the alert. */
export type ExplainedAlert = Pick<AlertModel, "phase" | "severity" | "headline" | "ask">;

export interface ExplainedStep {
  readonly step: string;
  readonly responder: string;
  readonly budgetSeconds: number;
  /** Where it does not begin at once. */
  readonly beginsAt?: string;
}

/** What would be done, as far as it can be told without asking AWS. */
export interface ExplainedPlan {
  /** Names of the policy's rules that made the plan. */
  readonly rule: string | null;
  readonly mode: Plan["mode"] | null;
  /** Why it would only be observed, or what acting depends on that only AWS can tell. */
  readonly because: string | null;
  readonly plan: readonly ExplainedStep[];
}
