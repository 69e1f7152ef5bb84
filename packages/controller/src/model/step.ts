import type { Ms } from "../clock.ts";
import type { Params, Plain } from "./plain.ts";

export type StepState = "waiting" | "intended" | "done" | "skipped" | "abandoned";

/** One effect with a time budget. `params` hold all inputs of its responder, so that a restart needs no facts. */
export interface Step {
  /** Unique in its document, and stable: a replan gives the same id. */
  readonly id: string;
  readonly responder: string;
  readonly params: Params;
  /**
   * Ids of steps that must be settled (done, skipped or abandoned) before this one; an id that ends in `*` means all
   * ids with this prefix. Unknown ids count as settled.
   */
  readonly after: readonly string[];
  /** Not run before this instant. */
  readonly notBefore: Ms | null;
  /** When the step is abandoned, with a reason; the plan then continues. */
  readonly abandonAt: Ms;
  /**
   * For a step that acts and then waits: end of the wait; the action itself is retried until `abandonAt`. Absent: it
   * waits until `abandonAt`.
   */
  readonly waitsUntil?: Ms;
  readonly attempts: number;
  readonly state: StepState;
  readonly retryAt: Ms | null;
  readonly startedAt: Ms | null;
  readonly settledAt: Ms | null;
  readonly reason: string | null;
  readonly receipt: Plain;
}

/** The fields of a step that was never begun. */
export const NOT_BEGUN = {
  attempts: 0,
  state: "waiting",
  retryAt: null,
  startedAt: null,
  settledAt: null,
  reason: null,
  receipt: null,
} as const satisfies Partial<Step>;
