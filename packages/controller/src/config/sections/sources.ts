import { z } from "zod";
import { isSameQueue } from "../../signal/transports/queue-url.ts";
import { list, secret, text, url, whole } from "../../fields.ts";
import { resolvable } from "./resolvable.ts";

const queue = z.strictObject({
  queueUrl: url("the URL of an SQS queue"),
  /** The dead-letter queue for messages that cannot be parsed; null means that of the queue's redrive policy. */
  deadLetterQueueUrl: url("the URL of an SQS queue").nullable().default(null),
  /** Messages that are handled at the same time. */
  concurrency: whole(1, 1_000).default(100),
});

interface Queue {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string | null;
}

/** Whether the queue's dead-letter queue leads back to it, directly or through others. */
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
  /** The token that senders use (`Authorization: Bearer …`). */
  token: secret(),
});

/** The sources of signals. Without any, `run` only finishes open work. */
export const sources = z.strictObject({
  sqs: list(queue, "queues, each with a queueUrl", 0, 20)
    .refine((all) => new Set(all.map((one) => one.queueUrl)).size === all.length, { error: "each queue once" })
    .refine((all) => !all.some((one) => leadsBack(one.queueUrl, all)), {
      error: "dead-letter queues that do not lead back: what cannot be understood would go round for ever",
    })
    .default([]),
  /**
   * Sources beside AWS's own whose events are accepted as AWS's: a rule or program that forwards events cannot use
   * `aws.`, and a pipe uses `Pipe NAME`.
   */
  trusted: list(text("the source of events that are forwarded, such as Pipe spot"), "sources of events", 0, 20).default(
    [],
  ),
  /** `POST /api/v1/signals`; off without it. */
  http: http.superRefine(resolvable).nullable().default(null),
});
