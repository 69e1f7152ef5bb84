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

/** A received message. */
export interface Received {
  readonly id: string;
  /** The receipt handle: identifies this receive of the message. */
  readonly handle: string;
  readonly body: string;
  readonly sentAt: number | null;
  /** When this process received it. */
  readonly receivedAt: Ms;
  /** How often the message was received; 1 is the first time. */
  readonly times: number;
  /** The queue from which it was moved as a dead letter; null if it is no dead letter. */
  readonly keptFrom: string | null;
}

/** The message attribute of a dead letter that names its original queue. */
export const KEPT_FROM = "SpotkeeperQueue";

/** Converts a message of the SDK; returns null if it has no receipt handle. */
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
