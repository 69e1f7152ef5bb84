import type { Notice } from "../notice.ts";
import type { PhaseReport } from "./report.ts";

/**
 * - `running`: all is well
 * - `draining`: work is moved off, or taken up again
 * - `asleep`: hibernation is about to freeze the process; all that there was time for is done
 * - `drained`: over
 */
export type AgentState = "running" | "draining" | "asleep" | "drained";

/** What `GET /status` answers. Times are ISO 8601 and milliseconds. */
export interface Status {
  readonly state: AgentState;
  /** The gravest of what is drained for, else the first that was told and stands. */
  readonly notice: Notice | null;
  readonly deadline: string | null;
  /** Those of the drain that runs, as far as they are, or of the last one; none before the first. */
  readonly phases: readonly PhaseReport[];
}
