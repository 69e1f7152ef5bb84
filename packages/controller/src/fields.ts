import { z } from "zod";
import type { Ms } from "./clock.ts";
import { nearest } from "./nearest.ts";

/**
 * Types of config values. The error message of each names what is expected; problems.ts puts the actual value and its
 * path before it.
 */

const UNITS: ReadonlyMap<string, Ms> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);
const DURATION = /^(?:\d{1,9}(?:ms|s|m|h|d))+$/;
const PARTS = /(\d+)(ms|s|m|h|d)/g;

/** Parses a duration such as `90s` or `1h30m` to milliseconds; returns NaN if it is no duration. */
export const milliseconds = (text: string): Ms => {
  const parts = DURATION.test(text) ? [...text.matchAll(PARTS)] : [];
  const units = parts.map(([, , unit = ""]) => UNITS.get(unit) ?? Number.NaN);
  // The units become smaller, each at most once: "30m1h" and "1m1m" are typing errors.
  const falls = units.every((unit, place) => place === 0 || unit < (units[place - 1] ?? 0));
  if (parts.length === 0 || !falls) return Number.NaN;
  return parts.reduce((sum, [, count], place) => sum + Number(count) * (units[place] ?? 0), 0);
};

/** A duration such as `90s`, `1h30m` or `500ms`, parsed to milliseconds. Both bounds are inclusive. */
export function duration(least: string, most: string): z.ZodType<Ms, string> {
  const error = `a duration from ${least} to ${most}, such as 90s, 1h30m or 500ms`;
  const [min, max] = [milliseconds(least), milliseconds(most)];
  return z
    .string({ error })
    .regex(DURATION, { error, abort: true })
    .describe(error)
    .refine((text) => milliseconds(text) >= min && milliseconds(text) <= max, { error })
    .transform(milliseconds);
}

/** A reference to a secret in any store. The config checks that the store exists (config/sections/resolvable.ts). */
const REFERENCE = /^\$\{[a-z]+:[^{}]+\}$/;

export const isReference = (text: string): boolean => REFERENCE.test(text);

/** A secret, by reference only, so that the secret itself is in no config, log or error. */
export function secret(): z.ZodString {
  const error =
    "a reference: ${env:NAME}, ${file:/run/secrets/x} or that of another store; the secret itself never stands in the config";
  return z.string({ error }).regex(REFERENCE, { error }).describe(error);
}

/** The path of a file for a store. */
export const filePath = (): z.ZodString => text("a path; a relative one starts at the working folder", 4_096);

export function text(what: string, longest = 256): z.ZodString {
  const error = `${what} (text of 1 to ${longest} characters; put numbers in quotes)`;
  return z.string({ error }).min(1, { error }).max(longest, { error }).describe(what);
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T): z.ZodType<T[number], T[number]> {
  return z.enum(values, { error: ({ input }) => amongst(values, input) });
}

/** Returns the allowed values as an expectation, with the one that was probably meant. */
export function amongst(values: readonly string[], input: unknown): string {
  const near = typeof input === "string" ? nearest(input, values) : null;
  return `one of: ${values.join(", ")}${near === null ? "" : `; did you mean ${near}?`}`;
}

export function flag(): z.ZodBoolean {
  return z.boolean({ error: "true or false" });
}

export function whole(least: number, most: number): z.ZodInt {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export function number(least: number, most: number): z.ZodNumber {
  const error = `a number from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
}

/**
 * A URL without user name and password, since a password in a URL is written to logs. Credentials have their own keys.
 */
export function url(what: string): z.ZodURL {
  const error = `${what} (a URL that begins with http:// or https://)`;
  return z
    .url({ protocol: /^https?$/, error, abort: true })
    .refine((text) => !hasUserinfo(text), { error: `${what}, without a user name or password in it` })
    .describe(what);
}

const hasUserinfo = (text: string): boolean => {
  const { username, password } = new URL(text);
  return username !== "" || password !== "";
};

export function list<T extends z.ZodType>(of: T, what: string, least = 0, most = 1_000): z.ZodArray<T> {
  const error = `a list of ${what}${least > 0 ? `, at least ${least}` : ""}${most < 1_000 ? `, at most ${most}` : ""}`;
  return z.array(of, { error }).min(least, { error }).max(most, { error });
}
