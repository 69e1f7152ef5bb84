import type { Event, Read } from "./event.ts";
import { detailTypeIn, eventTime, fromEnvelope, isEnvelope, messageId } from "./event.ts";
import { evidenceIn } from "./evidence.ts";
import { kinds } from "./index.ts";
import { readJson } from "./json.ts";
import { isNothingToDo, knownEvents } from "./known.ts";
import { TRANSITIONS } from "./lifecycle.ts";
import { asAccount, asRegion, asText, quote } from "./shape.ts";
import type { Origin, Parsed, Reserved, Signal, SignalKind } from "../model/signal.ts";
import { unwrap } from "./unwrap.ts";

type Fields = { readonly [key: string]: unknown };

/**
 * Source of the agent's events, which copy AWS's events from the instance metadata. EventBridge accepts sources that
 * begin with `aws.` from AWS only. The agent's signals join the same incident as AWS's.
 */
const AGENT = "spotkeeper.agent";

/**
 * Parses one raw message. Unwraps SNS, lists of records and nested strings (docs/aws-facts.md, 7), reads EventBridge
 * envelopes and lifecycle hook messages without one. Returns signals, or the reason why there are none. Never throws;
 * takes time linear in the body's length. A rejection's `reason` is a stable metric label; its `message` says what,
 * where, and what to do, and quotes at most 40 characters.
 *
 * @param trusted sources beside AWS's own whose events are accepted as AWS's:  EventBridge accepts `aws.` from AWS
 *   only, so a rule or program that forwards events uses another source
 * @example parse(body, { source: "sqs", account: "111122223333", region: "eu-west-1", sentAt: null, receivedAt:
 *   clock.now() });
 */
export function parse(body: string, origin: Origin, trusted: readonly string[] = []): Parsed {
  const json = readJson(body);
  if (!json.ok) return { is: "rejected", reason: json.reason, message: json.message };
  return combine(
    unwrap(json.value, origin).map((inner) =>
      inner.is === "value" ? message(inner.fields, inner.origin, trusted) : inner,
    ),
  );
}

function message(fields: Fields, origin: Origin, trusted: readonly string[]): Parsed {
  return isEnvelope(fields) ? envelope(fields, origin, trusted) : withoutEnvelope(fields, origin);
}

function envelope(fields: Fields, origin: Origin, trusted: readonly string[]): Parsed {
  const source = asText(fields["source"], 256);
  const raw = fields["detail"];
  const json = typeof raw === "string" ? readJson(raw) : null;
  const detail = json?.ok === true ? json.value : raw;
  const seenByAgent = source === AGENT;
  const event = fromEnvelope(fields, detail, seenByAgent ? { ...origin, source: "agent" } : origin);
  const detailType = event.detailType === "" ? null : event.detailType;
  const known = knownEvents.get(event.detailType);
  const isTrusted = source === null || seenByAgent || trusted.includes(source);
  if (known === undefined) {
    const inside = forwarded(detail, origin);
    if (inside.length === 0) return { is: "ignored", reason: "unknown-event", detailType };
    if (!isTrusted) return distrusted(event, source);
    return combine(inside.map((inner) => message(inner.fields, inner.origin, trusted)));
  }
  if (!isTrusted && source !== known.source) return distrusted(event, source);
  if (known.parser !== null) return widen(known.parser.parse(event));
  if (isNothingToDo(event.detailType)) return { is: "ignored", reason: "not-actionable", detailType };
  const evidence = evidenceIn(event);
  return evidence === null
    ? { is: "ignored", reason: "unknown-event", detailType }
    : { is: "ignored", reason: "evidence", detailType, evidence };
}

/**
 * Returns AWS's events and lifecycle hook messages that are wrapped in the `detail` of another event, as a pipe does.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
 */
function forwarded(detail: unknown, origin: Origin): readonly { readonly fields: Fields; readonly origin: Origin }[] {
  if (typeof detail !== "object" || detail === null) return [];
  return unwrap(detail, origin).filter(
    (inner) =>
      inner.is === "value" &&
      (isEnvelope(inner.fields)
        ? knownEvents.has(detailTypeIn(inner.fields) ?? "")
        : isSentByHook(inner.fields) && asText(inner.fields["LifecycleTransition"], 128) !== null),
  ) as readonly { readonly fields: Fields; readonly origin: Origin }[];
}

/** Rejects an event of an unknown source. It is kept, not deleted, since it may be a forwarded warning. */
function distrusted(event: Event, source: string | null): Parsed {
  return {
    is: "rejected",
    reason: "untrusted-source",
    message: `${event.detailType} ${event.id}: source is ${quote(source)}, and not AWS's own. If that is what forwards AWS's events to you, name it in sources.trusted.`,
  };
}

/**
 * Whether a lifecycle hook itself sent the message to a queue or topic: only then the message has a sender, an account
 * and a request id. The bare `detail` of an event (a target with `InputPath: $.detail`, a transformer) has the other
 * fields, and can be of any hook of the account.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/prepare-for-lifecycle-notifications.html
 */
const isSentByHook = (fields: Fields): boolean =>
  asText(fields["Service"], 64) === "AWS Auto Scaling" &&
  asAccount(fields["AccountId"]) !== null &&
  asText(fields["RequestId"], 128) !== null;

/**
 * Parses a message without envelope. A lifecycle hook that notifies SQS or SNS itself sends no region: the queue's
 * region is used (docs/aws-facts.md, 17). Other notifications of a group have the same shape and are no lifecycle
 * actions. https://docs.aws.amazon.com/autoscaling/ec2/userguide/prepare-for-lifecycle-notifications.html
 */
function withoutEnvelope(fields: Fields, origin: Origin): Parsed {
  const event = asText(fields["Event"], 128);
  if (event === "autoscaling:TEST_NOTIFICATION")
    return { is: "ignored", reason: "test-notification", detailType: null };
  if (event?.startsWith("autoscaling:") === true) return { is: "ignored", reason: "not-lifecycle", detailType: null };
  const transition = asText(fields["LifecycleTransition"], 128);
  if (transition === null) {
    return {
      is: "rejected",
      reason: "not-an-event",
      message:
        "The message has neither detail-type nor LifecycleTransition: it is no event that is understood. Look at what sends to this queue.",
    };
  }
  const parser = transition === TRANSITIONS.launching ? kinds["lifecycle-launching"] : kinds["lifecycle-terminating"];
  return widen(
    parser.parse({
      id: messageId(undefined, fields),
      detailType: "Lifecycle action",
      account: asAccount(fields["AccountId"]) ?? origin.account,
      region: asRegion(fields["Region"]) ?? origin.region,
      availabilityZone: null,
      ...eventTime(fields["Time"], origin),
      direct: isSentByHook(fields),
      resources: [],
      detail: fields,
      origin,
    }),
  );
}

const widen = (read: Read<SignalKind>): Parsed => read;

/**
 * Combines the parts of one message: returns all their signals or, if there are none, the first rejection, or else the
 * first ignored part.
 */
function combine(parts: readonly Parsed[]): Parsed {
  const [first] = parts;
  if (first === undefined) {
    return {
      is: "rejected",
      reason: "empty",
      message: "The message holds a list without entries. Look at what sends to this queue.",
    };
  }
  if (parts.length === 1) return first;
  const signals: Signal[] = [];
  const reserved: Reserved[] = [];
  const errors: string[] = [];
  for (const part of parts) {
    if (part.is === "signals") {
      signals.push(...part.signals);
      reserved.push(...(part.reserved ?? []));
      errors.push(...part.errors);
    } else if (part.is === "rejected") errors.push(part.message);
  }
  if (signals.length + reserved.length > 0) return { is: "signals", signals, errors, reserved };
  return parts.find((part) => part.is === "rejected") ?? first;
}
