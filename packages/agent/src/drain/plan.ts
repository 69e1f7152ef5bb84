import type { Ms } from "../clock.ts";
import type { Heard } from "../notice.ts";
import { hibernationPhases, type Phase, phases } from "./phases.ts";

export interface Limits {
  /** How long before its deadline a drain ends. */
  readonly margin: Ms;
  /** From SIGTERM until whoever sent it sends SIGKILL. */
  readonly stopTimeout: Ms;
}

export interface Plan {
  /** The instant of the monotonic clock at which everything is over. */
  readonly end: Ms;
  readonly phases: readonly Phase[];
}

/** No drain takes longer, whatever its deadline. */
const LONGEST: Ms = 110_000;
/** The time between SIGTERM and SIGKILL that is left to the exit itself. */
const EXIT_RESERVE: Ms = 2_000;
/** Hibernation begins with its notice (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernate-spot-instances.html). */
const HIBERNATION: Ms = 2_000;
/** A deadline that is nearly here, or over by a wrong clock, still leaves this long: the process lives, after all. */
const SHORTEST: Ms = 3_000;

/** How long a drain that begins at `now` may take, and what of it makes sense. */
export function planFor({ notice, deadline }: Heard, now: Ms, { margin, stopTimeout }: Limits): Plan {
  if (notice.action === "hibernate") return { end: now + HIBERNATION, phases: hibernationPhases };
  if (notice.kind === "signal" || notice.kind === "task-stop") {
    return { end: now + Math.max(stopTimeout - EXIT_RESERVE, stopTimeout / 2), phases };
  }
  const longest = now + LONGEST;
  if (deadline === null) return { end: longest, phases };
  return { end: Math.min(longest, Math.max(deadline - margin, now + SHORTEST)), phases };
}

/** Whether a drain for SIGTERM would cut `finish` short, of which people want to know before it happens. */
export function cutsFinish(finish: Ms, stopTimeout: Ms): boolean {
  return finish > stopTimeout - EXIT_RESERVE;
}
