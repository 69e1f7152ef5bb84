import type { Ms } from "../clock.ts";
import type { TimedNotice, Notice } from "../notice.ts";

/** The longest drain, whatever its deadline. */
const LONGEST_DRAIN: Ms = 110_000;
/**
 * The time for hibernation, which begins with its notice
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernate-spot-instances.html).
 */
const HIBERNATION: Ms = 2_000;
/** The shortest drain, even if the deadline is near or has passed by a wrong clock: the process still lives. */
const SHORTEST_DRAIN: Ms = 3_000;

export const hibernates = ({ action }: Notice): boolean => action === "hibernate";

/**
 * Returns the instant at which a drain that begins now must end.
 *
 * @param margin how long before its deadline a drain ends
 * @param afterStop the longest drain after SIGTERM or a task stop
 */
export const endOf = ({ notice, deadline }: TimedNotice, now: Ms, margin: Ms, afterStop: Ms): Ms => {
  if (hibernates(notice)) return now + HIBERNATION;
  if (/signal|stop/.test(notice.kind)) return now + afterStop;
  return Math.min(now + LONGEST_DRAIN, Math.max(deadline - margin, now + SHORTEST_DRAIN));
};
