import type { Drainable } from "../drain/phases.ts";
import { createHand, finishOrGiveBack } from "./hand.ts";

/** What is used of a message of SQS. */
export interface SqsMessage {
  readonly MessageId?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
}

/** What is used of a consumer of `sqs-consumer`. */
export interface SqsConsumerLike {
  start(): void;
  stop(options?: { abort?: boolean }): void;
  readonly status: { readonly isPolling: boolean };
  /**
   * Heard are `message_received`, `message_processed`, `processing_error`, `timeout_error`, and at the end of a poll
   * `response_processed`, `empty`, `error`.
   */
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** What is used of the client `SQS` of `@aws-sdk/client-sqs`. */
export interface SqsClientLike {
  changeMessageVisibility(input: {
    readonly QueueUrl: string;
    readonly ReceiptHandle: string;
    readonly VisibilityTimeout: number;
  }): Promise<unknown>;
}

export interface SqsOptions {
  readonly queueUrl: string;
  readonly sqs: SqsClientLike;
}

/**
 * Drains a consumer of `sqs-consumer`.
 *
 * - `stop-intake`: no further messages are received; an empty long poll is given up
 * - `finish`: waits for the messages that are in hand; those that are not done in time are returned to the queue at once
 *   (visibility 0), so that another consumer has them and not only after their time-out
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
export function drainSqsConsumer(consumer: SqsConsumerLike, { queueUrl, sqs }: SqsOptions): Drainable {
  const hand = createHand<SqsMessage>(({ MessageId, ReceiptHandle }) => MessageId ?? ReceiptHandle ?? "");
  consumer.on("message_received", (message) => hand.take(message as SqsMessage));
  consumer.on("message_processed", (message) => hand.release(message as SqsMessage));
  consumer.on("processing_error", (_error, message) => hand.release(message as SqsMessage));
  consumer.on("timeout_error", (_error, message) => hand.release(message as SqsMessage));
  // A message that its handler did not acknowledge has no event of its own.
  consumer.on("response_processed", hand.clear);
  let resumes = false;
  // While its last poll goes on, what is in hand with it, another start would make it poll twice side by side.
  const startWhenIdle = (): void => {
    if (!resumes || consumer.status.isPolling) return;
    resumes = false;
    consumer.start();
  };
  for (const end of ["response_processed", "empty", "error"]) consumer.on(end, () => void setImmediate(startWhenIdle));

  const giveBack = async ({ ReceiptHandle }: SqsMessage): Promise<unknown> =>
    ReceiptHandle === undefined
      ? null
      : sqs.changeMessageVisibility({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 });

  return {
    // To abort while messages are in hand would abort their deletion too.
    "stop-intake"() {
      resumes = false;
      consumer.stop({ abort: hand.held().length === 0 });
    },
    finish: (context) => finishOrGiveBack(hand, context, "messages", giveBack),
    resume() {
      resumes = true;
      startWhenIdle();
    },
  };
}
