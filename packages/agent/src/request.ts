import type { Ms } from "./clock.ts";
import type { Action } from "./notice.ts";

/** A drain that somebody asks for. */
export interface DrainRequest {
  /** Who or what asks. */
  readonly detail?: string;
  readonly action?: Action;
  /** Milliseconds until the capacity goes away; where it is not known, all 110 s are used. */
  readonly deadlineIn?: Ms;
  /** It is only to be seen what would happen. All happens, and handlers can tell by `reason.kind`. */
  readonly drill?: boolean;
}
