import type { Ms } from "../../../clock.ts";

/** The few methods of the SDK's `SQS` client that are used here. */
export interface SqsClient {
  receiveMessage(
    input: {
      QueueUrl: string;
      MaxNumberOfMessages: number;
      WaitTimeSeconds: number;
      VisibilityTimeout: number;
      MessageSystemAttributeNames: ("SentTimestamp" | "ApproximateReceiveCount")[];
      MessageAttributeNames: string[];
    },
    options: { abortSignal: AbortSignal },
  ): Promise<{ readonly Messages?: readonly SqsMessage[] | undefined }>;
  deleteMessageBatch(
    input: { QueueUrl: string; Entries: { Id: string; ReceiptHandle: string }[] },
    options: { abortSignal: AbortSignal },
  ): Promise<{ readonly Failed?: readonly { readonly Code?: string | undefined }[] | undefined }>;
  changeMessageVisibility(
    input: { QueueUrl: string; ReceiptHandle: string; VisibilityTimeout: number },
    options: { abortSignal: AbortSignal },
  ): Promise<unknown>;
  sendMessage(
    input: {
      QueueUrl: string;
      MessageBody: string;
      MessageAttributes: Record<string, { DataType: "String"; StringValue: string }>;
      MessageGroupId?: string;
      MessageDeduplicationId?: string;
    },
    options: { abortSignal: AbortSignal },
  ): Promise<unknown>;
  getQueueAttributes(
    input: { QueueUrl: string; AttributeNames: "RedrivePolicy"[] },
    options: { abortSignal: AbortSignal },
  ): Promise<{ readonly Attributes?: { readonly [name: string]: string | undefined } | undefined }>;
  getQueueUrl(
    input: { QueueName: string; QueueOwnerAWSAccountId: string },
    options: { abortSignal: AbortSignal },
  ): Promise<{ readonly QueueUrl?: string | undefined }>;
}

export interface SqsMessage {
  readonly MessageId?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
  readonly Body?: string | undefined;
  readonly Attributes?: { readonly [name: string]: string | undefined } | undefined;
  readonly MessageAttributes?: { readonly [name: string]: { readonly StringValue?: string | undefined } } | undefined;
}

/** A message in hand. */
export interface Received {
  readonly id: string;
  /** Names this receipt of it, not the message. */
  readonly handle: string;
  readonly body: string;
  readonly sentAt: number | null;
  /** When it was received here. */
  readonly receivedAt: Ms;
  /** How often it was received; 1 is the first time. */
  readonly times: number;
  /** The queue that it was put away from as a dead letter; null: it was not. */
  readonly keptFrom: string | null;
}

/** The attribute of a dead letter that names the queue it was put away from. */
export const KEPT_FROM = "SpotkeeperQueue";

/** Null: without a handle nothing can be done about it. */
export function received(message: SqsMessage, receivedAt: Ms): Received | null {
  if (message.ReceiptHandle === undefined) return null;
  const sentAt = Number(message.Attributes?.["SentTimestamp"]);
  const times = Number(message.Attributes?.["ApproximateReceiveCount"]);
  return {
    id: message.MessageId ?? "unknown",
    handle: message.ReceiptHandle,
    body: message.Body ?? "",
    receivedAt,
    sentAt: Number.isFinite(sentAt) && sentAt > 0 ? sentAt : null,
    times: Number.isFinite(times) && times >= 1 ? times : 1,
    keptFrom: message.MessageAttributes?.[KEPT_FROM]?.StringValue ?? null,
  };
}
