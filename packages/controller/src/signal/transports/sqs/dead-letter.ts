import { gzipSync } from "node:zlib";
import { AwsFailure } from "../../../aws/failure.ts";
import { isSameQueue, queueOfArn } from "../queue-url.ts";
import type { CallSqs } from "./calls.ts";
import type { Received, SqsClient } from "./client.ts";

/** Keeps messages that cannot be parsed, with the reason. */
export interface DeadLetters {
  /**
   * Sends a message to the dead-letter queue. Returns null if it is kept, else the reason (text) why there is no usable
   * dead-letter queue. Rejects with `AwsFailure` if sending failed.
   */
  keep(message: Received, reason: string, explanation: string): Promise<string | null>;
}

export interface DeadLettersOptions {
  readonly client: Pick<SqsClient, "sendMessage" | "getQueueAttributes" | "getQueueUrl">;
  readonly queueUrl: string;
  /** Null: that of the queue's redrive policy. */
  readonly deadLetterQueueUrl: string | null;
  readonly call: CallSqs;
}

/** Limit of an attribute's text, since attributes count towards the message size. */
const LONGEST_TEXT = 500;

export function createDeadLetters({ client, queueUrl, deadLetterQueueUrl, call }: DeadLettersOptions): DeadLetters {
  let known = deadLetterQueueUrl;

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
  const fromRedrivePolicy = async (): Promise<string | null> => {
    const { Attributes } = await call("GetQueueAttributes", (options) =>
      client.getQueueAttributes({ QueueUrl: queueUrl, AttributeNames: ["RedrivePolicy"] }, options),
    );
    const queue = queueOfArn(targetArn(Attributes?.["RedrivePolicy"]));
    if (queue === null) return null;
    const { QueueUrl } = await call("GetQueueUrl", (options) =>
      client.getQueueUrl({ QueueName: queue.name, QueueOwnerAWSAccountId: queue.account }, options),
    );
    return QueueUrl ?? null;
  };

  return {
    async keep(message, reason, explanation) {
      // Read again each time until a queue is found: a redrive policy may be added at any time.
      const to = (known ??= await fromRedrivePolicy());
      if (to === null) return "there is no dead-letter queue";
      // The message would come back at once, without end.
      if (isSameQueue(to, queueUrl)) return "the queue is its own dead-letter queue";
      // Two queues that are dead-letter queues of each other would exchange the message without end.
      if (message.keptFrom !== null && isSameQueue(to, message.keptFrom))
        return "its dead-letter queue is the queue that it was put away from";
      const texts = { Reason: reason, Explanation: explanation, MessageId: message.id, Queue: queueUrl };
      const attributes = Object.entries(texts).map(([name, text]) => [`Spotkeeper${name}`, stringOf(text)] as const);
      const send = (MessageBody: string, more: readonly (typeof attributes)[number][]): Promise<unknown> =>
        call("SendMessage", (options) =>
          client.sendMessage(
            {
              QueueUrl: to,
              MessageBody,
              MessageAttributes: Object.fromEntries([...attributes, ...more]),
              // A FIFO queue needs a group and a deduplication id.
              ...(to.endsWith(".fifo") ? { MessageGroupId: "rejected", MessageDeduplicationId: message.id } : {}),
            },
            options,
          ),
        );
      try {
        await send(message.body === "" ? "(empty)" : message.body, []);
      } catch (error) {
        if (!(error instanceof AwsFailure) || error.fields.kind !== "invalid") throw error;
        // With its attributes the message can exceed the queue's limit: compressed, events take a tenth of the size.
        const packed = gzipSync(message.body).toString("base64");
        await send(packed, [["SpotkeeperEncoding", stringOf("gzip+base64")]]);
      }
      return null;
    },
  };
}

function targetArn(redrivePolicy: string | undefined): string {
  if (redrivePolicy === undefined) return "";
  const policy: unknown = JSON.parse(redrivePolicy);
  const arn: unknown =
    typeof policy === "object" && policy !== null ? Reflect.get(policy, "deadLetterTargetArn") : undefined;
  return typeof arn === "string" ? arn : "";
}

/** SQS refuses control characters: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const stringOf = (text: string): { DataType: "String"; StringValue: string } => ({
  DataType: "String",
  StringValue: text.replace(/[^\u0020-\u007E\u00A0-\uD7FF]/g, " ").slice(0, LONGEST_TEXT) || "none",
});
