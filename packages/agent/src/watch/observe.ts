import type { Clock, Ms } from "../clock.ts";
import { type Found, type Heard, hear } from "../notice.ts";
import type { Nothing } from "./paths.ts";

/** The notice that came, if one did, and the one that went or is replaced, if one was there. */
export type Change = readonly [heard: Heard | null, before: Heard | null];

/**
 * Takes what a look at a path shows.
 *
 * @param date the hour by whoever told, as HTTP writes it, in whole seconds; undefined where it does not say
 */
export type Observe = (seen: Found | Nothing, date?: string) => void;

/** Observes one path. A notice whose times slide (docs/aws-facts.md, 3) is one notice, and its first deadline stays. */
export const createObserver = (clock: Pick<Clock, "now" | "wall">, onChange: (change: Change) => void): Observe => {
  /** One look that shows nothing may be a slip; a notice is gone with the second. */
  const CERTAIN = 2;
  /** AWS warns two minutes ahead. */
  const WARNING: Ms = 120_000;
  let heard: Heard | null = null;
  /** What tells the notice that stands from others: all but its times. */
  let key = "";
  /** Looks in a row that showed nothing. */
  let absences = 0;
  /** The last look that showed for certain that there was nothing. */
  let clearAt = -Infinity;

  return (seen, date) => {
    const before = heard;
    const now = clock.now();
    if (seen) {
      const { kind, action, deadline = Infinity, detail } = seen;
      const its = `${action} ${detail}`;
      absences = 0;
      if (!before || its !== key) {
        key = its;
        // By the hour of whoever told it, rounded up, so that there is rather less time than more.
        const told = deadline - (Date.parse(date as string) + 1_000 || clock.wall());
        // Where the notice's own time makes no sense for a warning (it is over, or further off than a warning can be: a
        // clock is wrong, or the time slides), the two minutes count from the last look that was clear.
        const left = [told, WARNING - now + clearAt].find((ms) => ms > 0 && ms <= WARNING) ?? (told > 0 ? WARNING : 0);
        heard = hear(seen, clock, kind !== "interruption" ? told : action === "hibernate" ? 0 : left);
      }
    } else if (!(before && ++absences < CERTAIN)) {
      heard = null;
      clearAt = now;
    }
    if (heard !== before) onChange([heard, before]);
  };
};
