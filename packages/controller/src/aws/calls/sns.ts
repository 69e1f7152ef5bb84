import type { Ask, Place } from "../ask.ts";

export interface SnsMessage {
  readonly subject: string | null;
  readonly body: string;
  readonly attributes: { readonly [name: string]: string };
  /** FIFO topics only. */
  readonly deduplicationId: string | null;
  readonly groupId: string | null;
}

/** The calls to Amazon SNS. */
export interface SnsCalls {
  publish(at: Place, topicArn: string, message: SnsMessage, ask: Ask): Promise<{ readonly messageId: string | null }>;
  /** Reads the size limit of the topic in bytes, including attributes; returns null if it has none set. */
  maximumMessageSize(at: Place, topicArn: string, ask: Ask): Promise<number | null>;
}
