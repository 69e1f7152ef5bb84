import type { Clock, Ms } from "./clock.ts";
import type { Action, Heard } from "./notice.ts";

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

export function requested({ detail, action, deadlineIn, drill = false }: DrainRequest, clock: Clock): Heard {
  const left = deadlineIn ?? (drill ? DRILL : null);
  return {
    notice: {
      kind: drill ? "drill" : "request",
      action: action ?? null,
      deadline: left === null ? null : new Date(clock.wall() + left).toISOString(),
      noticedAt: new Date(clock.wall()).toISOString(),
      detail: detail ?? null,
    },
    deadline: left === null ? null : clock.now() + left,
  };
}
