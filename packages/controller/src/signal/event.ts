import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Ms } from "../clock.ts";
import { asAccount, asList, asRegion, asText, asZone, quote, regionOf } from "./shape.ts";
import type { Action, Origin, Parsed, Reserved, SignalKind, SignalOf, Source, Subject } from "../model/signal.ts";
import { readTime } from "../read-time.ts";

/** A message without its wrapping: an EventBridge event, or the message of a lifecycle hook. */
export interface Event {
  readonly id: string;
  readonly detailType: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly at: Ms;
  readonly timeKnown: boolean;
  /** A lifecycle hook sent the message to its own queue or topic, not to the event bus. */
  readonly direct: boolean;
  /** ARNs in the event's `resources`, at most eight. */
  readonly resources: readonly string[];
  readonly detail: unknown;
  readonly origin: Origin;
}

type Ignored = Extract<Parsed, { is: "ignored" }>;
type Rejected = Extract<Parsed, { is: "rejected" }>;

export type Read<K extends SignalKind> =
  | {
      readonly is: "signals";
      readonly signals: readonly SignalOf<K>[];
      readonly errors: readonly string[];
      readonly reserved?: readonly Reserved[];
    }
  | Ignored
  | Rejected;

/** Returns the message's own id or, without one, a hash of its content: equal for duplicates. */
export function messageId(id: unknown, content: unknown): string {
  return asText(id, 128) ?? createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 32);
}

/**
 * Returns the event's time. If it cannot be parsed: the time when the queue received the message, or else `receivedAt`.
 */
export function eventTime(time: unknown, origin: Origin): { readonly at: Ms; readonly timeKnown: boolean } {
  const at = readTime(time);
  if (at !== null) return { at, timeKnown: true };
  return { at: Math.min(origin.sentAt ?? origin.receivedAt, origin.receivedAt), timeKnown: false };
}

/** Whether the fields are an EventBridge envelope. AWS's samples of Capacity Block events write `detail_type`. */
export const isEnvelope = (fields: { readonly [key: string]: unknown }): boolean =>
  "detail-type" in fields || "detail_type" in fields;

export const detailTypeIn = (fields: { readonly [key: string]: unknown }): string | null =>
  asText(fields["detail-type"] ?? fields["detail_type"], 256);

/**
 * Normalizes an EventBridge envelope. The ARN in `resources` of EC2's Spot events has a zone where a region belongs
 * and no account, and `resources` can be a single string (docs/aws-facts.md, 2 and 9).
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 */
export function fromEnvelope(envelope: { readonly [key: string]: unknown }, detail: unknown, origin: Origin): Event {
  const zone = zoneOf(envelope["resources"]);
  return {
    id: messageId(envelope["id"], envelope),
    detailType: detailTypeIn(envelope) ?? "",
    account: asAccount(envelope["account"]) ?? origin.account,
    region: asRegion(envelope["region"]) ?? (zone === null ? null : regionOf(zone)) ?? origin.region,
    availabilityZone: zone,
    ...eventTime(envelope["time"], origin),
    direct: false,
    resources: asList(envelope["resources"])
      .slice(0, 8)
      .flatMap((one) => asText(one, 512) ?? []),
    detail,
    origin,
  };
}

function zoneOf(resources: unknown): string | null {
  for (const resource of asList(resources).slice(0, 8)) {
    const arn = asText(resource, 256);
    if (arn === null || !arn.includes(":instance/")) continue;
    const zone = asZone(arn.split(":")[3]);
    if (zone !== null) return zone;
  }
  return null;
}

/** Returns the fields that all kinds share. Each kind sets its own action and deadline. */
export function common(event: Event, subject: Subject): Common {
  return {
    id: event.id,
    subject,
    account: event.account,
    region: event.region,
    availabilityZone: event.availabilityZone,
    at: event.at,
    timeKnown: event.timeKnown,
    receivedAt: event.origin.receivedAt,
    source: event.origin.source,
    action: null,
    deadline: null,
  };
}

export interface Common {
  readonly id: string;
  readonly subject: Subject;
  readonly account: string | null;
  readonly region: string | null;
  readonly availabilityZone: string | null;
  readonly at: Ms;
  readonly timeKnown: boolean;
  readonly receivedAt: Ms;
  readonly source: Source;
  readonly action: Action | null;
  readonly deadline: Ms | null;
}

/** Reads `detail` by a schema and makes one signal of it, or rejects the message, naming the field. */
export function one<K extends SignalKind, D>(
  event: Event,
  schema: z.ZodType<D>,
  make: (detail: D) => SignalOf<K>,
): Extract<Read<K>, { is: "signals" | "rejected" }> {
  const read = schema.safeParse(event.detail);
  if (!read.success) return reject(event, read.error);
  return { is: "signals", signals: [make(read.data)], errors: [] };
}

export function reject(event: Event, error: z.ZodError): Rejected {
  const issue = error.issues[0];
  const path = ["detail", ...(issue?.path ?? [])].map(String).join(".");
  // Each field has its own error message; an `invalid_type` issue means that `detail` is not an object.
  const wrong =
    issue?.code === "invalid_type"
      ? `is ${quote(event.detail)}; wanted: an object`
      : (issue?.message ?? "cannot be read");
  const params = issue?.code === "custom" ? issue.params : undefined;
  return {
    is: "rejected",
    reason: asText(params?.["reason"]) ?? "bad-field",
    message: `${event.detailType} ${event.id}: ${path} ${wrong}. Check what sends or transforms this message.`,
  };
}

export function ignore(event: Event, reason: Ignored["reason"]): Ignored {
  return { is: "ignored", reason, detailType: event.detailType };
}
