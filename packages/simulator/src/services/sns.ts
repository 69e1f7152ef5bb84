/**
 * A message published to SNS. Messages are kept, and not delivered.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
import type { Clock, JsonObject, Ms, Operation, Shape } from "../operation.ts";
import { AwsError } from "../operation.ts";
import { uuidFor } from "../seeded-draw.ts";
import { objectIn, optionalStringIn, stringIn } from "./input-fields.ts";

export interface Publication {
  readonly at: Ms;
  readonly account: string;
  readonly region: string;
  readonly topicArn: string;
  readonly messageId: string;
  readonly subject: string | null;
  readonly message: string;
  readonly attributes: JsonObject;
}

export interface Topics {
  publish(publication: Omit<Publication, "messageId" | "at">, deduplicationId: string | null): string;
  published(): readonly Publication[];
}

const MAX_MESSAGE_BYTES = 262_144;
const MAX_SUBJECT = 100;
/** https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html */
const DEDUPLICATION_INTERVAL: Ms = 300_000;

/** Creates topics on their first message (assumed; a fault gives `NotFound`). */
export function createTopics(clock: Clock, seed: number): Topics {
  const publications: Publication[] = [];
  const recent = new Map<string, { readonly at: Ms; readonly messageId: string }>();
  return {
    publish(publication, deduplicationId) {
      const key = deduplicationId === null ? null : `${publication.topicArn}:${deduplicationId}`;
      const earlier = key === null ? undefined : recent.get(key);
      if (earlier !== undefined && clock.now() - earlier.at < DEDUPLICATION_INTERVAL) return earlier.messageId;
      const messageId = uuidFor(seed, `sns:${publications.length}`);
      publications.push({ ...publication, messageId, at: clock.now() });
      if (key !== null) recent.set(key, { at: clock.now(), messageId });
      return messageId;
    },
    published: () => publications,
  };
}

const attributesShape: Shape = {
  type: "map",
  of: { type: "structure", fields: { BinaryValue: { type: "blob" } } },
};

/** Returns the operations of SNS on `topics`. */
export function snsOperations(topics: Topics): readonly Operation<unknown>[] {
  return [
    {
      service: "sns",
      name: "Publish",
      mutating: true,
      input: { MessageAttributes: attributesShape },
      run: (_world, input, ctx) => {
        const topicArn = optionalStringIn(input, "TopicArn") ?? stringIn(input, "TargetArn");
        const message = stringIn(input, "Message");
        const subject = optionalStringIn(input, "Subject") ?? null;
        if (!/^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]{1,256}(\.fifo)?$/.test(topicArn)) {
          throw new AwsError("InvalidParameter", "Invalid parameter: TopicArn");
        }
        if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) {
          throw new AwsError("InvalidParameter", "Invalid parameter: Message too long");
        }
        if (subject !== null && (subject.length > MAX_SUBJECT || /[\r\n]/.test(subject))) {
          throw new AwsError("InvalidParameter", "Invalid parameter: Subject");
        }
        const fifo = topicArn.endsWith(".fifo");
        if (fifo && optionalStringIn(input, "MessageGroupId") === undefined) {
          throw new AwsError(
            "InvalidParameter",
            "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
          );
        }
        const deduplicationId = fifo ? (optionalStringIn(input, "MessageDeduplicationId") ?? message) : null;
        const attributes = objectIn(input, "MessageAttributes");
        const publication = { account: ctx.account, region: ctx.region, topicArn, subject, message, attributes };
        return { MessageId: topics.publish(publication, deduplicationId) };
      },
    },
  ];
}
