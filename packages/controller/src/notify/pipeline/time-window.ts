import type { Ms } from "../../clock.ts";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

/**
 * A daily time, on all or some days, by the clock on the wall: an hour that is skipped in spring is in no window, one
 * that is repeated in autumn is in it twice.
 */
export interface TimeWindow {
  /**
   * Local time, `HH:MM`. If `to` is before `from`, the window crosses midnight and belongs to the day on which it
   * began.
   */
  readonly from: string;
  readonly to: string;
  /** IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
  readonly days: readonly Day[];
}

const MINUTE: Ms = 60_000;
const DAY_MINUTES = 1_440;
/** A window on one weekday begins again after a week; one in an hour that is skipped, a week later. */
const MOST_DAYS = 15;

/**
 * Whether a time is in the window.
 *
 * @example isWithin({ from: "22:00", to: "06:00", timeZone: "Europe/Berlin", days: DAYS }, clock.now());
 */
export function isWithin({ from, to, timeZone, days }: TimeWindow, at: Ms): boolean {
  const { day, minute } = wallClock(timeZone, at);
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  const on = (one: number): boolean => days.includes(DAYS[(one + 7) % 7] ?? "mon");
  if (begin < end) return on(day) && minute >= begin && minute < end;
  return (on(day) && minute >= begin) || (on(day - 1) && minute < end);
}

/** Returns when a window that a time is in ends; null if the time is not in it. */
export const endOf = (window: TimeWindow, at: Ms): Ms | null =>
  isWithin(window, at)
    ? (changesAt(window.to, window.timeZone, at).find((end) => !isWithin(window, end)) ?? null)
    : null;

/** Returns when the next of some windows begins. */
export function nextBegin(windows: readonly TimeWindow[], at: Ms): Ms | null {
  const begins = windows.flatMap(
    (window) => changesAt(window.from, window.timeZone, at).find((begin) => isWithin(window, begin)) ?? [],
  );
  return begins.length === 0 ? null : Math.min(...begins);
}

/** Returns when the clock on the wall next shows a time, on each of the next days, at a full minute. */
function changesAt(time: string, timeZone: string, at: Ms): readonly Ms[] {
  const wanted = minuteOf(time);
  const now = Math.floor(at / MINUTE) * MINUTE;
  const ahead = (wanted - wallClock(timeZone, now).minute + DAY_MINUTES) % DAY_MINUTES;
  return Array.from({ length: MOST_DAYS }, (_, days) => {
    const guess = now + (ahead + days * DAY_MINUTES) * MINUTE;
    // Between now and then, the clock on the wall may have been changed.
    const off = (wallClock(timeZone, guess).minute - wanted + DAY_MINUTES * 1.5) % DAY_MINUTES;
    return guess - (off - DAY_MINUTES / 2) * MINUTE;
  }).filter((change) => change > at);
}

/** Returns the minutes since midnight. */
function minuteOf(time: string): number {
  const [hours = "", minutes = ""] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns the format of a time zone, which is slow to make. Throws a RangeError for an unknown time zone. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const had = formats.get(timeZone);
  if (had !== undefined) return had;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  formats.set(timeZone, made);
  return made;
}

/** Converts a time to day and minute in a time zone. */
function wallClock(timeZone: string, at: Ms): { readonly day: number; readonly minute: number } {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const weekday = (parts.get("weekday") ?? "").toLowerCase();
  return {
    day: DAYS.findIndex((day) => day === weekday),
    minute: minuteOf(`${parts.get("hour")}:${parts.get("minute")}`),
  };
}
