import type { Clock, Ms } from "../clock.ts";
import { type Heard, hear } from "../notice.ts";
import type { Seen } from "./paths.ts";

/** The notice that came, if one did, and the one that went or is replaced, if one was there. */
export type Change = readonly [heard: Heard | null, before: Heard | null];

/**
 * What a look at a path changes; null: nothing.
 *
 * @param date the hour by whoever told, in whole seconds; not a number where it does not say
 */
export type Observe = (seen: Seen | null, date: Ms) => Change | null;

/** One look that shows nothing may be a slip; a notice is gone with the second. */
const CERTAIN = 2;
/** AWS warns two minutes ahead. */
const WARNING: Ms = 120_000;
/** A deadline may be told in whole seconds, and clocks differ by some. */
const TOLERANCE: Ms = 5_000;

/** Observes one path. A notice whose times slide is one notice, and its first deadline stays. */
export const createObserver = (clock: Pick<Clock, "now" | "wall">): Observe => {
  let heard: Heard | null = null;
  let key: string | null | undefined = null;
  /** Looks in a row that showed nothing. */
  let absences = 0;
  /** The last look that showed for certain that there was nothing. */
  let clearAt = Number.NaN;

  return (seen, date) => {
    const before = heard;
    const now = clock.now();
    if (seen) {
      absences = 0;
      if (seen.key === key) return null;
      key = seen.key;
      heard = hear(seen, clock, left(seen, hourOf(clock.wall(), date), now - clearAt));
      return [heard, before];
    }
    if (heard && ++absences < CERTAIN) return null;
    [heard, key, clearAt] = [null, null, now];
    return before && [null, before];
  };
};

/**
 * How much time is left, by the notice's own time. Where that makes no sense for a warning (it is over, or further off than
 * a warning can be: a clock is wrong, or the time slides), the two minutes count from the last look that was clear.
 *
 * @param clear how long ago that was; not a number where there was none
 */
const left = ({ kind, action, deadline = Infinity }: Seen, hour: Ms, clear: Ms): Ms => {
  const told = deadline - hour;
  if (kind !== "interruption") return told;
  if (action === "hibernate") return 0;
  if (told > 0 && told <= WARNING + TOLERANCE) return Math.min(told, WARNING);
  return Math.max(0, clear >= 0 ? WARNING - clear : Math.min(told, WARNING));
};

/** The hour: by this machine's clock where it agrees with whoever told, since that is finer; else theirs, rounded up. */
const hourOf = (wall: Ms, date: Ms): Ms => (Math.abs(wall - date - 1_000) > 2_000 ? date + 1_000 : wall);
