import type { Ms } from "../clock.ts";
import type { Action } from "../notice.ts";

/** A request for a drain. */
export interface DrainRequest {
  /** Who or what asks for it. */
  readonly detail?: string;
  readonly action?: Action;
  /** Milliseconds until the capacity goes away; if absent, the drain may take 110 s. */
  readonly deadlineIn?: Ms;
  /** A rehearsal: everything runs for real, and handlers see `reason.kind` `drill`. */
  readonly drill?: boolean;
}
