import type { Ms } from "../../clock.ts";

/** Formats a time: RFC 3339 in UTC, with milliseconds. */
export const timeOf = (at: Ms): string => new Date(at).toISOString();

export const timeOrNull = (at: Ms | null): string | null => (at === null ? null : timeOf(at));

/** Returns the seconds from `from` to `to`, with milliseconds; null if either is not known. */
export const secondsBetween = (from: Ms | null, to: Ms | null): number | null =>
  from === null || to === null ? null : Math.round(to - from) / 1000;
