import { z } from "zod";
import type { Ms } from "../clock.ts";
import type { Action } from "../model/signal.ts";
import { readTime } from "../read-time.ts";

/**
 * Schemas that are liberal in shape (a number for a text, a single value for a list, an absent optional field) and
 * strict in meaning. A required field that cannot be understood raises an issue whose `params.reason` is the
 * rejection's stable slug.
 */

/**
 * EC2 ids have 8 (before 2016) or 17 hexadecimal digits. AWS made them longer once; a warning is not thrown away for it
 * when they do again. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
 */
const INSTANCE_ID = /^i-[0-9a-f]{8,32}$/;
/** With the account, or without it and with a zone for the region (docs/aws-facts.md, 2). */
const INSTANCE_ARN = /^arn:[a-z-]+:ec2:[a-z0-9-]*:(?:\d*:)?instance\/(i-[0-9a-f]+)$/;

/** The text of a string, number or boolean, trimmed and of a bounded length, or null. */
export function asText(value: unknown, max = 512): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string" || value.length > max) return null;
  const text = value.trim();
  return text === "" ? null : text;
}

/** What stands for several, as a list: a list itself, or one value; nothing for an absent one. */
export function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** The object, or an empty one: for optional parts that are read field by field. */
export function asObject(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: unknown })
    : {};
}

/** An instance id, alone or at the end of an ARN; null if it is none. */
export function asInstanceId(value: unknown): string | null {
  const text = asText(value, 128);
  if (text === null) return null;
  const id = INSTANCE_ARN.exec(text)?.[1] ?? text;
  return INSTANCE_ID.test(id) ? id : null;
}

/** Account ids have twelve digits; as a number one loses its leading zeros. */
export function asAccount(value: unknown): string | null {
  const text = typeof value === "number" ? String(value).padStart(12, "0") : asText(value, 32);
  return text !== null && /^\d{12}$/.test(text) ? text : null;
}

/** For example `eu-west-1`, `us-gov-west-1`, `eusc-de-east-1`. */
export function asRegion(value: unknown): string | null {
  const text = asText(value, 32);
  return text !== null && /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/.test(text) ? text : null;
}

/** An Availability Zone, Local Zone or Wavelength Zone: `eu-west-1a`, `us-west-2-lax-1a`, `us-east-1-wl1-bos-wlz-1`. */
export function asZone(value: unknown): string | null {
  const text = asText(value, 64);
  return text !== null && /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}(?:[a-z]|(?:-[a-z0-9]+)+)$/.test(text) ? text : null;
}

/** The region that a zone lies in. */
export function regionOf(zone: string): string | null {
  return /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}/.exec(zone)?.[0] ?? null;
}

/** A short quotation for error messages: never a whole body. */
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

/** Optional: a text, cut to `max` characters where it is only shown to people; null where there is none. */
export function note(max: number): z.ZodType<string | null> {
  return z
    .unknown()
    .optional()
    .transform((value) => (typeof value === "string" ? asText(value.slice(0, max), max) : asText(value, max)));
}

/** Optional: a text that identifies something, so that a longer one is none. */
export function optional(max: number): z.ZodType<string | null> {
  return z
    .unknown()
    .optional()
    .transform((value) => asText(value, max));
}

/** Optional: how many there are; null where it cannot be read. */
export const count: z.ZodType<number | null> = z
  .unknown()
  .optional()
  .transform((value) => {
    const said = asText(value, 16);
    return said !== null && /^\d+$/.test(said) ? Number(said) : null;
  });

/** Optional: an instant; null where it cannot be read. */
export const time: z.ZodType<Ms | null> = z
  .unknown()
  .optional()
  .transform((value) => readTime(value));

/** Optional: what happens to the instance; null where it is not said, or in a word that EC2 does not document. */
export const action: z.ZodType<Action | null> = z
  .unknown()
  .optional()
  .transform((value): Action | null => {
    const name = asText(value, 16)?.toLowerCase();
    return name === "terminate" || name === "stop" || name === "hibernate" ? name : null;
  });

/** Optional: a list, or a single value for one. */
export const list: z.ZodType<readonly unknown[]> = z
  .unknown()
  .optional()
  .transform((value) => asList(value));

/** Absent, or just this word; anything else contradicts what is known already. Rejected as `bad-field`. */
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

/** Optional: a yes or no, also as text. */
export const flag: z.ZodType<boolean | null> = z
  .unknown()
  .optional()
  .transform((value) => {
    const said = asText(value, 8)?.toLowerCase();
    return said === "true" ? true : said === "false" ? false : null;
  });
