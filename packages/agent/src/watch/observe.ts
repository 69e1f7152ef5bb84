import type { Clock, Ms } from "../clock.ts";
import { type NoticeFields, type TimedNotice, toNotice } from "../notice.ts";
import type { NoNotice } from "./paths.ts";

/** The new notice (null if none came), and the notice that it replaces or that went away (null if there was none). */
export type Change = readonly [heard: TimedNotice | null, before: TimedNotice | null];

/**
 * Takes the result of one poll of a path.
 *
 * @param date the `Date` header of the answer, in whole seconds; undefined if there is none
 */
export type Observe = (seen: NoticeFields | NoNotice, date?: string) => void;

/**
 * Creates an observer of one path. A notice whose times change between polls (docs/aws-facts.md, 3) is one notice, and
 * keeps its first deadline.
 */
export const createObserver = (clock: Pick<Clock, "now" | "wall">, onChange: (change: Change) => void): Observe => {
  /** A notice counts as gone after this many polls without it: one may be an accident. */
  const ABSENCES_UNTIL_GONE = 2;
  /** AWS warns two minutes before the interruption. */
  const WARNING: Ms = 120_000;
  let heard: TimedNotice | null = null;
  /** Identifies the notice in force: all its fields except its times. */
  let key = "";
  /** The number of polls in a row without a notice. */
  let absences = 0;
  /** The last poll that surely showed no notice. */
  let clearAt = -Infinity;

  return (seen, date) => {
    const before = heard;
    const now = clock.now();
    if (seen) {
      const { kind, action, deadline = Infinity, detail } = seen;
      const newKey = `${action} ${detail}`;
      absences = 0;
      if (!before || newKey !== key) {
        key = newKey;
        // Compare with the service's clock, rounded up, so that the result is rather too short than too long.
        const told = deadline - (Date.parse(date as string) + 1_000 || clock.wall());
        // If the notice's time is impossible for a warning (passed, or more than two minutes ahead: a clock is wrong,
        // or the time changes with each poll), count the two minutes from the last poll without a notice.
        const left = [told, WARNING - now + clearAt].find((ms) => ms > 0 && ms <= WARNING) ?? (told > 0 ? WARNING : 0);
        heard = toNotice(seen, clock, kind !== "interruption" ? told : action === "hibernate" ? 0 : left);
      }
    } else if (!(before && ++absences < ABSENCES_UNTIL_GONE)) {
      heard = null;
      clearAt = now;
    }
    if (heard !== before) onChange([heard, before]);
  };
};
