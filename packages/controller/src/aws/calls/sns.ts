import type { Ask, Place } from "../ask.ts";

export interface SnsMessage {
  readonly subject: string | null;
  readonly body: string;
  readonly attributes: { readonly [name: string]: string };
  /** FIFO topics only. */
  readonly deduplicationId: string | null;
  readonly groupId: string | null;
}

/** What Spotkeeper asks of Amazon SNS. */
export interface SnsCalls {
  publish(at: Place, topicArn: string, message: SnsMessage, ask: Ask): Promise<{ readonly messageId: string | null }>;
  /** Bytes that the topic takes at most, attributes included; null where it does not say. */
  maximumMessageSize(at: Place, topicArn: string, ask: Ask): Promise<number | null>;
}
