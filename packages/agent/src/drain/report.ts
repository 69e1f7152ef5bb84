import type { Ms } from "../clock.ts";
import type { Notice } from "../notice.ts";
import type { Phase } from "./phases.ts";

/**
 * - `done`: the handler ended in time
 * - `failed`: it threw
 * - `cut-off`: its signal was aborted, and it ended after that
 * - `left-behind`: it went on after that, and was no longer waited for
 */
export type HandlerOutcome = "done" | "failed" | "cut-off" | "left-behind";

export interface HandlerReport {
  readonly name: string;
  readonly outcome: HandlerOutcome;
  readonly ms: Ms;
  readonly error: string | null;
  /** The lines that the handler added with `note`. */
  readonly notes: readonly string[];
}

export interface PhaseReport {
  readonly phase: Phase;
  /** `waiting` and `running` appear only in the status of a drain that is in progress. */
  readonly state: "waiting" | "running" | "done" | "skipped";
  /** Milliseconds that the phase could take (`budget`), and that it took (`ms`). */
  readonly budget: Ms;
  readonly ms: Ms;
  readonly handlers: readonly HandlerReport[];
}

/** The result of a drain. */
export interface Report {
  /**
   * `cut-off`: some work failed or was not done in time. `cancelled`: the notice went away, or a more severe one came.
   */
  readonly outcome: "drained" | "cut-off" | "cancelled";
  readonly reason: Notice;
  readonly startedAt: string;
  readonly ms: Ms;
  /** Milliseconds from the end of the drain to the deadline; null without one. */
  readonly margin: Ms | null;
  readonly phases: readonly PhaseReport[];
  /** Uncaught errors during the drain. */
  readonly uncaught: readonly string[];
}
