import type { Ms } from "../clock.ts";
import type { Notice } from "../notice.ts";
import type { Phase } from "./phases.ts";

/**
 * - `done`: it ended in time
 * - `failed`: it threw
 * - `cut-off`: its signal was aborted, and it came to an end
 * - `left-behind`: it went on after that, and nobody waited for it any longer
 */
export type HandlerOutcome = "done" | "failed" | "cut-off" | "left-behind";

export interface HandlerReport {
  readonly name: string;
  readonly outcome: HandlerOutcome;
  readonly ms: Ms;
  readonly error: string | null;
  /** What the handler said of itself. */
  readonly notes: readonly string[];
}

export interface PhaseReport {
  readonly phase: Phase;
  /** `waiting` and `running` stand only in the status of a drain that is not over. */
  readonly state: "waiting" | "running" | "done" | "skipped";
  /** Milliseconds that it had, and that it took. */
  readonly budget: Ms;
  readonly ms: Ms;
  readonly handlers: readonly HandlerReport[];
}

/** What a drain did. */
export interface Report {
  /** `cut-off`: some work was not done in time, or failed. `cancelled`: the notice went away, or what is graver came. */
  readonly outcome: "drained" | "cut-off" | "cancelled";
  readonly reason: Notice;
  readonly startedAt: string;
  readonly ms: Ms;
  /** Milliseconds from the end of the drain to the deadline; null without one. */
  readonly margin: Ms | null;
  readonly phases: readonly PhaseReport[];
  /** Errors that nobody caught while draining went on. */
  readonly uncaught: readonly string[];
}
