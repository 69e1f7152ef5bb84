import type { Ms } from "./clock.ts";

/** Times outside this range (before EC2 existed, or far in the future) are treated as mistakes. */
const EARLIEST: Ms = Date.UTC(2006, 0, 1);
const LATEST: Ms = Date.UTC(2200, 0, 1);

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** RFC 3339; also with a space for the `T`, without seconds, or without a time zone (then UTC). */
const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(?:[Zz]|UTC|GMT|([+-])(\d{2}):?(\d{2}))?$/;

/** RFC 1123, as AWS Health writes it; the name of the day may be missing (as in instance metadata). */
const RFC_1123 =
  /^(?:[A-Za-z]{3,9},? )?(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4}) (\d{2}):(\d{2})(?::(\d{2}))? ?(?:Z|UTC|UT|GMT|([+-])(\d{2}):?(\d{2}))?$/;

/**
 * Parses a time to epoch milliseconds; returns null if it cannot be parsed. AWS writes RFC 3339 in events and RFC 1123
 * in AWS Health (https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html); epoch seconds
 * and milliseconds, as numbers or digits, are accepted too. `Date.parse` is not used: it reads a time without a time
 * zone as local time, and accepts many texts that are no time.
 */
export function readTime(value: unknown): Ms | null {
  if (typeof value === "number") return readEpoch(value);
  if (typeof value !== "string" || value.length > 64) return null;
  const text = value.trim();
  if (/^\d{9,13}(?:\.\d{1,9})?$/.test(text)) return readEpoch(Number(text));
  const iso = RFC_3339.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, sign, zoneHours, zoneMinutes] = iso;
    const at = instant(Number(year), Number(month) - 1, day, hour, minute, second);
    if (at === null) return null;
    const millis = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
    return within(at + millis - zone(sign, zoneHours, zoneMinutes));
  }
  const http = RFC_1123.exec(text);
  if (http === null) return null;
  const [, day, name, year, hour, minute, second, sign, zoneHours, zoneMinutes] = http;
  const month = MONTHS.indexOf((name ?? "").toLowerCase());
  const at = month < 0 ? null : instant(Number(year), month, day, hour, minute, second);
  return at === null ? null : within(at - zone(sign, zoneHours, zoneMinutes));
}

function readEpoch(value: number): Ms | null {
  if (!Number.isFinite(value)) return null;
  // Epoch seconds stay below 10^11 until the year 5138.
  return within(Math.floor(Math.abs(value) < 1e11 ? value * 1000 : value));
}

function within(at: Ms): Ms | null {
  return at >= EARLIEST && at < LATEST ? at : null;
}

function instant(
  year: number,
  month: number,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
): Ms | null {
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second ?? 0)];
  if (h > 23 || m > 59 || s > 60) return null;
  const at = Date.UTC(year, month, d, h, m, s);
  // Rejects days that do not exist: `Date.UTC` would turn 30 February into a day of March.
  const date = new Date(Date.UTC(year, month, d));
  return date.getUTCMonth() === month && date.getUTCDate() === d ? at : null;
}

function zone(sign: string | undefined, hours: string | undefined, minutes: string | undefined): Ms {
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
