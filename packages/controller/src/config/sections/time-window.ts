import { z } from "zod";
import { list, oneOf } from "../../fields.ts";
import { nearest } from "../../nearest.ts";
import { DAYS } from "../../notify/pipeline/time-window.ts";

const timeError = "a time of day, such as 22:00 (put it in quotes)";
const time = z.string({ error: timeError }).regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: timeError });

const zoneError = ({ input }: { readonly input?: unknown }): string => {
  const near = typeof input === "string" ? nearest(input, Intl.supportedValuesOf("timeZone")) : null;
  return `the name of a time zone, such as Europe/Berlin or UTC${near === null ? "" : `; did you mean ${near}?`}`;
};

const timeZone = z.string({ error: zoneError }).refine(isTimeZone, { error: zoneError });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** The keys of a daily time, for `z.strictObject`. */
export const timeWindow = {
  from: time,
  to: time,
  timeZone: timeZone.default("UTC"),
  days: list(oneOf(DAYS), "days", 1, DAYS.length).default([...DAYS]),
};

/** Refuses a window that is empty, or a whole day. */
export const lasts = ({ from, to }: { readonly from: string; readonly to: string }): boolean => from !== to;
export const LASTS = { path: ["to"], error: "another time than from" };
