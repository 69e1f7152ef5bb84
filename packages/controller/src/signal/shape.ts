import { z } from "zod";
import type { Ms } from "../clock.ts";
import type { Action } from "../model/signal.ts";
import { readTime } from "../read-time.ts";

/**
 * Schemas that accept variants in shape (a number for a text, a single value for a list, an absent optional field) but
 * are strict in meaning. A required field that cannot be parsed raises an issue whose `params.reason` is the stable
 * reason of the rejection.
 */

/**
 * EC2 ids have 8 (before 2016) or 17 hexadecimal digits. Longer ids are accepted, because AWS made them longer once.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
 */
const INSTANCE_ID = /^i-[0-9a-f]{8,32}$/;
/** An ARN with an account, or without one and with a zone in place of the region (docs/aws-facts.md, 2). */
const INSTANCE_ARN = /^arn:[a-z-]+:ec2:[a-z0-9-]*:(?:\d*:)?instance\/(i-[0-9a-f]+)$/;

/**
 * Returns the text of a string, number or boolean, trimmed; null if it is empty, longer than `max`, or another type.
 */
export function asText(value: unknown, max = 512): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string" || value.length > max) return null;
  const text = value.trim();
  return text === "" ? null : text;
}

/** Returns a list unchanged, a single value as a list, and an absent value as an empty list. */
export function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** Returns the object, or an empty object if the value is none. */
export function asObject(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: unknown })
    : {};
}

/** Returns an instance id, alone or from an ARN; null if it is none. */
export function asInstanceId(value: unknown): string | null {
  const text = asText(value, 128);
  if (text === null) return null;
  const id = INSTANCE_ARN.exec(text)?.[1] ?? text;
  return INSTANCE_ID.test(id) ? id : null;
}

/** Returns an account id of twelve digits (leading zeros are restored if it is a number); null if it is none. */
export function asAccount(value: unknown): string | null {
  const text = typeof value === "number" ? String(value).padStart(12, "0") : asText(value, 32);
  return text !== null && /^\d{12}$/.test(text) ? text : null;
}

/** Returns a region such as `eu-west-1`, `us-gov-west-1`, `eusc-de-east-1`; null if it is none. */
export function asRegion(value: unknown): string | null {
  const text = asText(value, 32);
  return text !== null && /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/.test(text) ? text : null;
}

/**
 * Returns an Availability Zone, Local Zone or Wavelength Zone (`eu-west-1a`, `us-west-2-lax-1a`,
 * `us-east-1-wl1-bos-wlz-1`); null if it is none.
 */
export function asZone(value: unknown): string | null {
  const text = asText(value, 64);
  return text !== null && /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}(?:[a-z]|(?:-[a-z0-9]+)+)$/.test(text) ? text : null;
}

/** Returns the region of a zone; null if it cannot be read. */
export function regionOf(zone: string): string | null {
  return /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}/.exec(zone)?.[0] ?? null;
}

/** Quotes a value for error messages, shortened: never a whole body. */
export function quote(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "an object";
}

type Refuse = { addIssue(issue: { code: "custom"; message: string; params: { reason: string } }): void };

function refuse(ctx: Refuse, reason: string, value: unknown, wanted: string): never {
  ctx.addIssue({ code: "custom", message: `is ${quote(value)}; wanted: ${wanted}`, params: { reason } });
  return z.NEVER;
}

/** Required: an EC2 instance id. Rejected as `no-instance-id`. */
export const instanceId: z.ZodType<string> = z
  .unknown()
  .optional()
  .transform((value, ctx) => {
    const id = asInstanceId(value);
    return id ?? refuse(ctx, "no-instance-id", value, "an EC2 instance id, i- and 17 (or 8) hexadecimal digits");
  });

/** Required: a text of at most `max` characters. Rejected as `bad-field`. */
export function text(max: number): z.ZodType<string> {
  return z
    .unknown()
    .optional()
    .transform(
      (value, ctx) => asText(value, max) ?? refuse(ctx, "bad-field", value, `a text of 1 to ${max} characters`),
    );
}

/** Required: one of these words, in any case. Rejected as `bad-field`. */
export function word<const W extends string>(...words: readonly W[]): z.ZodType<W> {
  return z
    .unknown()
    .optional()
    .transform((value, ctx) => {
      const found = words.find((w) => w.toLowerCase() === asText(value, 64)?.toLowerCase());
      return found ?? refuse(ctx, "bad-field", value, words.join(", "));
    });
}

/** Required: a whole number, not below 0, also as text. Rejected as `bad-field`. */
export const wholeNumber: z.ZodType<number> = z
  .unknown()
  .optional()
  .transform((value, ctx) => {
    const said = asText(value, 16);
    return said !== null && /^\d+$/.test(said) ? Number(said) : refuse(ctx, "bad-field", value, "a whole number");
  });

/** Parses an optional text that is only shown to people: cut to `max` characters; null if there is none. */
export function note(max: number): z.ZodType<string | null> {
  return z
    .unknown()
    .optional()
    .transform((value) => (typeof value === "string" ? asText(value.slice(0, max), max) : asText(value, max)));
}

/** Optional: an identifier; a longer text is rejected (null), not cut. */
export function optional(max: number): z.ZodType<string | null> {
  return z
    .unknown()
    .optional()
    .transform((value) => asText(value, max));
}

/** Optional: a number of items; null if it cannot be parsed. */
export const count: z.ZodType<number | null> = z
  .unknown()
  .optional()
  .transform((value) => {
    const said = asText(value, 16);
    return said !== null && /^\d+$/.test(said) ? Number(said) : null;
  });

/** Optional: a time; null if it cannot be parsed. */
export const time: z.ZodType<Ms | null> = z
  .unknown()
  .optional()
  .transform((value) => readTime(value));

/** Optional: EC2's action; null if it is absent, or a word that EC2 does not document. */
export const action: z.ZodType<Action | null> = z
  .unknown()
  .optional()
  .transform((value): Action | null => {
    const name = asText(value, 16)?.toLowerCase();
    return name === "terminate" || name === "stop" || name === "hibernate" ? name : null;
  });

/** Optional: a list; a single value counts as a list of one. */
export const list: z.ZodType<readonly unknown[]> = z
  .unknown()
  .optional()
  .transform((value) => asList(value));

/** Optional: exactly this word. Any other value is rejected as `bad-field`. */
export function absentOr(wanted: string): z.ZodType<string> {
  return z
    .unknown()
    .optional()
    .transform((value, ctx) => {
      const said = asText(value, 64);
      return said === null || said === wanted ? wanted : refuse(ctx, "bad-field", value, wanted);
    });
}

/** Required: the ARN of an ECS task. Rejected as `no-task-arn`. */
export const taskArn: z.ZodType<string> = z
  .unknown()
  .optional()
  .transform((value, ctx) => {
    const arn = asText(value, 512);
    const valid = arn !== null && /^arn:[a-z-]+:ecs:[a-z0-9-]+:\d+:task\/[\w-]+(?:\/[\w-]+)?$/.test(arn);
    return valid ? arn : refuse(ctx, "no-task-arn", value, "the ARN of an ECS task");
  });

/** Optional: true or false, also as text; null if it cannot be parsed. */
export const flag: z.ZodType<boolean | null> = z
  .unknown()
  .optional()
  .transform((value) => {
    const said = asText(value, 8)?.toLowerCase();
    return said === "true" ? true : said === "false" ? false : null;
  });
