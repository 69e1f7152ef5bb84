import type { Clock, Ms } from "./clock.ts";
import { type Action, type Heard, hear } from "./notice.ts";

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

/** A drill has the two minutes of a real warning. */
const DRILL: Ms = 120_000;

export const requested = (request: DrainRequest, clock: Clock): Heard => {
  const { detail = null, action = null, drill, deadlineIn = drill ? DRILL : Infinity } = request;
  const deadline = clock.wall() + deadlineIn;
  return hear({ kind: drill ? "drill" : "request", action, deadline, detail }, clock, deadlineIn);
};
