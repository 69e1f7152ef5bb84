import type { Clock, Ms } from "../clock.ts";
import type { Heard, Notice } from "../notice.ts";

/** No drain takes longer, whatever its deadline. */
const LONGEST: Ms = 110_000;
/** The time between SIGTERM and SIGKILL that is left to the exit itself. */
const EXIT_RESERVE: Ms = 2_000;
/** Hibernation begins with its notice (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernate-spot-instances.html). */
const HIBERNATION: Ms = 2_000;
/** A deadline that is nearly here, or over by a wrong clock, still leaves this long: the process lives, after all. */
const SHORTEST: Ms = 3_000;

export const hibernates = ({ action }: Notice): boolean => action === "hibernate";

/** The instant at which a drain that begins now is over. */
export type Plan = (heard: Heard) => Ms;

/**
 * @param margin how long before its deadline a drain ends
 * @param stopTimeout from SIGTERM until whoever sent it sends SIGKILL
 */
export const createPlan =
  (clock: Pick<Clock, "now">, margin: Ms, stopTimeout: Ms): Plan =>
  ({ notice, deadline }) => {
    const now = clock.now();
    if (hibernates(notice)) return now + HIBERNATION;
    if (/signal|stop/.test(notice.kind)) return now + Math.max(stopTimeout - EXIT_RESERVE, stopTimeout / 2);
    return Math.min(now + LONGEST, Math.max(deadline - margin, now + SHORTEST));
  };

/** Whether a drain for SIGTERM would cut `finish` short, of which people want to know before it happens. */
export const cutsFinish = (finish: Ms, stopTimeout: Ms): boolean => finish > stopTimeout - EXIT_RESERVE;
