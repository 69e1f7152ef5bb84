import { z } from "zod";
import { list, secret, url, whole } from "../fields.ts";

const queue = z.strictObject({
  queueUrl: url("the URL of an SQS queue"),
  /** Where messages go that cannot be understood; null: where the queue's redrive policy says. */
  deadLetterQueueUrl: url("the URL of an SQS queue").nullable().default(null),
  /** Messages in hand at a time. */
  concurrency: whole(1, 1_000).default(100),
});

const http = z.strictObject({
  /** What senders put into `Authorization: Bearer …`. */
  token: secret(),
});

/** Where signals come from. Without any, `run` only finishes what it began. */
export const sources = z.strictObject({
  sqs: list(queue, "queues, each with a queueUrl", 0, 20)
    .refine((all) => new Set(all.map((one) => one.queueUrl)).size === all.length, { error: "each queue once" })
    .default([]),
  /** `POST /api/v1/signals`; off without it. */
  http: http.nullable().default(null),
});
