import { gzipSync } from "node:zlib";
import { AwsFailure } from "../../../aws/failure.ts";
import { isSameQueue, queueOfArn } from "../queue-url.ts";
import type { CallSqs } from "./calls.ts";
import type { Received, SqsClient } from "./client.ts";

/** Keeps what cannot be understood: its body, and why. */
export interface DeadLetters {
  /**
   * Null: it is kept. Else why there is no dead-letter queue, in words. Rejects with `AwsFailure` where it could not be
   * sent.
   */
  keep(message: Received, reason: string, explanation: string): Promise<string | null>;
}

export interface DeadLettersOptions {
  readonly client: Pick<SqsClient, "sendMessage" | "getQueueAttributes" | "getQueueUrl">;
  readonly queueUrl: string;
  /** Null: where the queue's own redrive policy says. */
  readonly deadLetterQueueUrl: string | null;
  readonly call: CallSqs;
}

/** Attributes count towards the size of a message: they stay small. */
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
      // Asked until there is one: somebody may give the queue a redrive policy meanwhile.
      const to = (known ??= await fromRedrivePolicy());
      if (to === null) return "there is no dead-letter queue";
      // It would come back at once, for ever.
      if (isSameQueue(to, queueUrl)) return "the queue is its own dead-letter queue";
      // Two queues that are the dead-letter queues of each other would pass it to and fro, for ever.
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
              // A FIFO queue wants to know what follows what, and what is a repetition.
              ...(to.endsWith(".fifo") ? { MessageGroupId: "rejected", MessageDeduplicationId: message.id } : {}),
            },
            options,
          ),
        );
      try {
        await send(message.body === "" ? "(empty)" : message.body, []);
      } catch (error) {
        if (!(error instanceof AwsFailure) || error.fields.kind !== "invalid") throw error;
        // With its attributes, or in a queue that takes less, it can be too long: packed, events take a tenth.
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
