import type { Ms } from "../../../clock.ts";
import type { Matcher } from "../../../model/matcher.ts";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

/** A daily time (on all or some days) in which some incidents are not reported. */
export interface Maintenance {
  readonly name: string;
  /**
   * Local time, `HH:MM`. If `to` is before `from`, the window crosses midnight and belongs to the day on which it
   * began.
   */
  readonly from: string;
  readonly to: string;
  /** IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
  readonly days: readonly Day[];
  readonly match: Matcher;
}

/**
 * Returns a function that checks whether a time is in the window, by local time: an hour that is skipped in spring is
 * in no window, one that is repeated in autumn is in it twice.
 *
 * @example const isIn = windowOf({ from: "22:00", to: "06:00", timeZone: "Europe/Berlin", days: DAYS, … });
 */
export function windowOf({ from, to, timeZone, days }: Maintenance): (at: Ms) => boolean {
  const clock = wallClock(timeZone);
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  const on = (day: number): boolean => days.includes(DAYS[(day + 7) % 7] ?? "mon");
  return (at) => {
    const { day, minute } = clock(at);
    if (begin < end) return on(day) && minute >= begin && minute < end;
    return (on(day) && minute >= begin) || (on(day - 1) && minute < end);
  };
}

/** Returns the minutes since midnight. */
function minuteOf(time: string): number {
  const [hours = "", minutes = ""] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

/**
 * Returns a function that converts a time to day and minute in a time zone. Throws a RangeError for an unknown time
 * zone.
 */
function wallClock(timeZone: string): (at: Ms) => { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const weekday = (parts.get("weekday") ?? "").toLowerCase();
    return {
      day: DAYS.findIndex((day) => day === weekday),
      minute: minuteOf(`${parts.get("hour")}:${parts.get("minute")}`),
    };
  };
}
