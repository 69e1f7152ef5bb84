import type { Notice } from "../notice.ts";
import type { PhaseReport } from "./report.ts";

/**
 * - `running`: no drain
 * - `draining`: a drain is in progress, or work is being resumed
 * - `asleep`: hibernation is about to freeze the process; the drain for it is done
 * - `drained`: the final drain is done
 */
export type AgentState = "running" | "draining" | "asleep" | "drained";

/** The answer to `GET /status`. Times are ISO 8601, durations milliseconds. */
export interface Status {
  readonly state: AgentState;
  /** The most severe notice that is drained for, else the oldest notice in force. */
  readonly notice: Notice | null;
  readonly deadline: string | null;
  /** The phases of the current drain so far, or of the last one; empty before the first drain. */
  readonly phases: readonly PhaseReport[];
}
