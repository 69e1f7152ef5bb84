import { isEnvelope } from "./event.ts";
import { readJson } from "./json.ts";
import { asAccount, asList, asObject, asRegion, asText } from "./shape.ts";
import type { Origin, Parsed } from "../model/signal.ts";
import { readTime } from "../read-time.ts";

export type Unwrapped =
  | { readonly is: "value"; readonly fields: { readonly [key: string]: unknown }; readonly origin: Origin }
  | Extract<Parsed, { is: "ignored" | "rejected" }>;

/** SNS in SNS in SQS in a Lambda event is four layers; with a JSON string at each, eight. */
const MAX_LAYERS = 8;
const MAX_RECORDS = 10_000;

/**
 * Unwraps a message from its transports: SNS (a string in `Message`), lists of records of Lambda and SQS, JSON in a
 * string. Each layer may add better values for account, region and time of sending.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export function unwrap(value: unknown, origin: Origin, layers: number = MAX_LAYERS): readonly Unwrapped[] {
  if (layers === 0) return [rejected("too-deep", `The message is wrapped more than ${MAX_LAYERS} times`)];
  const inside: Inside = (inner, from) => unwrap(inner, from, layers - 1);
  if (typeof value === "string") {
    const json = readJson(value);
    return json.ok ? inside(json.value, origin) : [rejected(json.reason, json.message)];
  }
  if (Array.isArray(value)) return value.slice(0, MAX_RECORDS).flatMap((entry: unknown) => inside(entry, origin));
  if (typeof value !== "object" || value === null)
    return [rejected("not-an-event", "The message is JSON but no object")];
  const fields = asObject(value);
  if (isEnvelope(fields)) return [{ is: "value", fields, origin }];
  if ("Message" in fields) return sns(fields, origin, inside);
  const records = asList(fields["Records"] ?? fields["Messages"]);
  if (records.length > 0) {
    return records.slice(0, MAX_RECORDS).flatMap((one) => record(asObject(one), origin, inside));
  }
  // EventBridge Pipes and `jq` send records without the list around them.
  if (["Sns", "body", "Body"].some((name) => name in fields)) return record(fields, origin, inside);
  return [{ is: "value", fields, origin }];
}

type Fields = { readonly [key: string]: unknown };
type Inside = (inner: unknown, from: Origin) => readonly Unwrapped[];

/** Unwraps one record of a Lambda event, or one message as ReceiveMessage returns it. */
function record(fields: Fields, origin: Origin, inside: Inside): readonly Unwrapped[] {
  const { Sns, body, Body } = fields;
  return Sns === undefined ? inside(body ?? Body, sqs(fields, origin)) : inside(Sns, origin);
}

function sns(fields: Fields, origin: Origin, inside: Inside): readonly Unwrapped[] {
  const type = asText(fields["Type"], 64);
  if (type !== null && type !== "Notification") return [{ is: "ignored", reason: "unknown-event", detailType: type }];
  const from = fromArn(fields["TopicArn"], origin);
  return inside(fields["Message"], { ...from, sentAt: earlier(from.sentAt, readTime(fields["Timestamp"])) });
}

function sqs(record: Fields, origin: Origin): Origin {
  const attributes = asObject(record["attributes"] ?? record["Attributes"]);
  const from = fromArn(record["eventSourceARN"], origin);
  return { ...from, sentAt: earlier(from.sentAt, readTime(attributes["SentTimestamp"])) };
}

function fromArn(value: unknown, origin: Origin): Origin {
  const arn = asText(value, 512)?.split(":") ?? [];
  return { ...origin, region: asRegion(arn[3]) ?? origin.region, account: asAccount(arn[4]) ?? origin.account };
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function rejected(reason: string, message: string): Unwrapped {
  return {
    is: "rejected",
    reason,
    message: message.endsWith(".") ? message : `${message}. Look at what sends to this queue.`,
  };
}
