import type { Drainable } from "../drain/phases.ts";
import { createInFlight, finishOrReturn } from "./in-flight.ts";

/** The part of an SQS message that the adapter uses. */
export interface SqsMessage {
  readonly MessageId?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
}

/** The part of a consumer of `sqs-consumer` that the adapter uses. */
export interface SqsConsumerLike {
  start(): void;
  stop(options?: { abort?: boolean }): void;
  readonly status: { readonly isPolling: boolean };
  /**
   * The adapter listens to `message_received`, `message_processed`, `processing_error`, `timeout_error`, and, for the
   * end of a poll, to `response_processed`, `empty`, `error`.
   */
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** The part of the client `SQS` of `@aws-sdk/client-sqs` that the adapter uses. */
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
 * - `stop-intake`: receives no further messages; an empty long poll is aborted
 * - `finish`: waits for the messages in flight. Messages that are not finished in time are returned to the queue
 *   (visibility timeout 0), so that another consumer can receive them at once
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
export function drainSqsConsumer(consumer: SqsConsumerLike, { queueUrl, sqs }: SqsOptions): Drainable {
  const inFlight = createInFlight<SqsMessage>(({ MessageId, ReceiptHandle }) => MessageId ?? ReceiptHandle ?? "");
  consumer.on("message_received", (message) => inFlight.take(message as SqsMessage));
  consumer.on("message_processed", (message) => inFlight.release(message as SqsMessage));
  consumer.on("processing_error", (_error, message) => inFlight.release(message as SqsMessage));
  consumer.on("timeout_error", (_error, message) => inFlight.release(message as SqsMessage));
  // There is no event for a message that its handler did not acknowledge.
  consumer.on("response_processed", inFlight.clear);
  let resumes = false;
  // If the last poll still runs, `start` would begin a second polling loop.
  const startWhenIdle = (): void => {
    if (!resumes || consumer.status.isPolling) return;
    resumes = false;
    consumer.start();
  };
  for (const end of ["response_processed", "empty", "error"]) consumer.on(end, () => void setImmediate(startWhenIdle));

  const returnToQueue = async ({ ReceiptHandle }: SqsMessage): Promise<unknown> =>
    ReceiptHandle === undefined
      ? null
      : sqs.changeMessageVisibility({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 });

  return {
    // An abort while messages are in flight would abort their deletion too.
    "stop-intake"() {
      resumes = false;
      consumer.stop({ abort: inFlight.held().length === 0 });
    },
    finish: (context) => finishOrReturn(inFlight, context, "messages", returnToQueue),
    resume() {
      resumes = true;
      startWhenIdle();
    },
  };
}
