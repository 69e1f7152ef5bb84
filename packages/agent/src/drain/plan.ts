import type { Ms } from "../clock.ts";
import type { Heard, Notice } from "../notice.ts";

/** No drain takes longer, whatever its deadline. */
const LONGEST: Ms = 110_000;
/** Hibernation begins with its notice (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernate-spot-instances.html). */
const HIBERNATION: Ms = 2_000;
/** A deadline that is nearly here, or over by a wrong clock, still leaves this long: the process lives, after all. */
const SHORTEST: Ms = 3_000;

export const hibernates = ({ action }: Notice): boolean => action === "hibernate";

/**
 * The instant at which a drain that begins now is over.
 *
 * @param margin how long before its deadline a drain ends
 * @param afterStop how long one takes at most after whoever stops the process has said so
 */
export const endOf = ({ notice, deadline }: Heard, now: Ms, margin: Ms, afterStop: Ms): Ms => {
  if (hibernates(notice)) return now + HIBERNATION;
  if (/signal|stop/.test(notice.kind)) return now + afterStop;
  return Math.min(now + LONGEST, Math.max(deadline - margin, now + SHORTEST));
};
