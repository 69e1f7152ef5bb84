import { z } from "zod";
import { isSameQueue } from "../../signal/transports/queue-url.ts";
import { list, secret, text, url, whole } from "../../fields.ts";

const queue = z.strictObject({
  queueUrl: url("the URL of an SQS queue"),
  /** Where messages go that cannot be understood; null: where the queue's redrive policy says. */
  deadLetterQueueUrl: url("the URL of an SQS queue").nullable().default(null),
  /** Messages in hand at a time. */
  concurrency: whole(1, 1_000).default(100),
});

interface Queue {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string | null;
}

/** Whether what is rejected from the queue comes to it again: it is its own dead-letter queue, or by way of others. */
function leadsBack(from: string, all: readonly Queue[]): boolean {
  let at = from;
  for (let step = 0; step < all.length; step++) {
    const to = all.find((one) => isSameQueue(one.queueUrl, at))?.deadLetterQueueUrl ?? null;
    if (to === null) return false;
    if (isSameQueue(to, from)) return true;
    at = to;
  }
  return false;
}

const http = z.strictObject({
  /** What senders put into `Authorization: Bearer …`. */
  token: secret(),
});

/** Where signals come from. Without any, `run` only finishes what it began. */
export const sources = z.strictObject({
  sqs: list(queue, "queues, each with a queueUrl", 0, 20)
    .refine((all) => new Set(all.map((one) => one.queueUrl)).size === all.length, { error: "each queue once" })
    .refine((all) => !all.some((one) => leadsBack(one.queueUrl, all)), {
      error: "dead-letter queues that do not lead back: what cannot be understood would go round for ever",
    })
    .default([]),
  /**
   * Sources of events that are taken for AWS's, beside AWS's own: what forwards them cannot use `aws.`, and a pipe has
   * `Pipe NAME`.
   */
  trusted: list(text("the source of events that are forwarded, such as Pipe spot"), "sources of events", 0, 20).default(
    [],
  ),
  /** `POST /api/v1/signals`; off without it. */
  http: http.nullable().default(null),
});
