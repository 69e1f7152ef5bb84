import type { Ms } from "../clock.ts";
import type { TimedNotice } from "../notice.ts";
import { hibernates } from "./drain-end.ts";

/** A cause of a drain, and the instant at which the drain must end. */
export interface DrainCause extends TimedNotice {
  readonly end: Ms;
}

/**
 * Returns how severe a cause is: 0 for a drill, 1 for hibernation (the process goes on later), 2 for a real end. A more
 * severe cause replaces a less severe one at once.
 */
export const severity = ({ notice }: TimedNotice): number => (notice.kind === "drill" ? 0 : hibernates(notice) ? 1 : 2);
