import { z } from "zod";
import { DAYS, windowOf } from "../../notify/pipeline/stages/maintenance.ts";
import { TELL_ALL, type Suppress } from "../../notify/pipeline/suppress-settings.ts";
import { flag, list, number, oneOf, text } from "../../fields.ts";
import { nearest } from "../../nearest.ts";
import { given, matcher } from "./matcher.ts";

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

const window = z
  .strictObject({
    name: text("the name of the window", 100),
    from: time,
    to: time,
    timeZone: timeZone.default("UTC"),
    days: list(oneOf(DAYS), "days", 1, DAYS.length).default([...DAYS]),
    match: matcher.prefault({}),
  })
  .refine(({ from, to }) => from !== to, { path: ["to"], error: "another time than from" })
  .transform(({ match, ...rest }) => {
    const made = { ...rest, match: given(match) };
    return { name: made.name, match: made.match, isIn: windowOf(made) };
  });

/** Settings for suppressed alerts. */
export const suppress = z
  .strictObject({
    maintenance: list(window, "windows", 0, 100).default([]),
    criticalServices: list(text("the name of a service"), "names of services").default([]),
    sufficientCapacity: number(0, 100_000).nullable().default(TELL_ALL.sufficientCapacity),
    daemonsOnly: flag().default(TELL_ALL.daemonsOnly),
    nothingAffected: flag().default(TELL_ALL.nothingAffected),
  })
  .transform((section): Suppress => section);
