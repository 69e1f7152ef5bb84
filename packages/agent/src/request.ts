import type { Clock, Ms } from "./clock.ts";
import { type Action, type Found, type Heard, noticeOf } from "./notice.ts";

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

export function requested(
  { detail, action, drill, deadlineIn = drill ? DRILL : Infinity }: DrainRequest,
  clock: Clock,
): Heard {
  const wall = clock.wall();
  const found: Found = { kind: drill ? "drill" : "request", action, deadline: wall + deadlineIn, detail };
  return { notice: noticeOf(found, wall), deadline: clock.now() + deadlineIn };
}
