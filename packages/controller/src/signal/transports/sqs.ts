import type { AwsFailure } from "../../aws/failure.ts";
import type { Clock, Ms } from "../../clock.ts";
import type { Verdict } from "../verdict.ts";
import type { Origin } from "../../model/signal.ts";
import { type QueuePlace, queueAt } from "./queue-url.ts";
import { createCalls } from "./sqs/calls.ts";
import type { Received, SqsClient } from "./sqs/client.ts";
import { createDeadLetters } from "./sqs/dead-letter.ts";
import { createDeletes } from "./sqs/deletes.ts";
import { startReceiver, VISIBILITY_SECONDS } from "./sqs/receiver.ts";

export interface SqsSourceOptions {
  readonly queueUrl: string;
  /** The dead-letter queue for messages that cannot be parsed; null means that of the queue's redrive policy. */
  readonly deadLetterQueueUrl: string | null;
  /** Messages that are handled at the same time. */
  readonly concurrency: number;
  /** The SDK's `SQS` client of the queue's region. */
  readonly client: SqsClient;
  /** Account and region for messages without them; by default from the URL. */
  readonly at?: QueuePlace;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  /** Called with the time at which SQS received a message, by SQS's clock. */
  readonly stamped?: (sentAt: Ms) => void;
  /** Handles one message; `accepted` means that it is stored. A rejected promise counts as `later`. */
  readonly handle: (body: string, origin: Origin) => Promise<Verdict>;
  readonly log: SourceLog;
}

export interface SourceLog {
  info(fields: { readonly [name: string]: unknown }, text: string): void;
  warn(fields: { readonly [name: string]: unknown }, text: string): void;
  error(fields: { readonly [name: string]: unknown }, text: string): void;
}

export interface SqsSource {
  /** Starts receiving. */
  start(): void;
  /** Returns why no messages can be received; empty while they can. */
  unready(): readonly { readonly what: "source"; readonly code: string; readonly message: string }[];
  /** Stops receiving. Resolves when the current messages are handled, or after `within`. Idempotent. */
  stop(within: Ms): Promise<void>;
}

/** Time limit to handle one message: longer than the ledger ever takes, shorter than the visibility timeout. */
const HANDLE_WITHIN: Ms = (VISIBILITY_SECONDS - 5) * 1000;
/**
 * First delay until a message that could not be stored is received again; doubled each time, since a redrive policy
 * counts receives.
 */
const FIRST_DELAY_SECONDS = 15;
const LONGEST_DELAY_SECONDS = 900;
/**
 * The maximum visibility timeout, counted from the receive: SQS refuses a longer one completely. The margin covers
 * network delays and clock differences.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
const HIDDEN_SECONDS = 43_200;
const HIDDEN_MARGIN_SECONDS = 60;
/** Number of failed calls in a row that are reported: one failed call is no outage. */
const FAILURES_TO_TELL = 2;

/**
 * Handles the messages of one queue: deletes accepted and ignored ones, moves rejected ones with their reason to the
 * dead-letter queue, and lets those that could not be stored come back later.
 */
export function createSqsSource(options: SqsSourceOptions): SqsSource {
  const { client, queueUrl, clock, handle, log } = options;
  const at = options.at ?? queueAt(queueUrl);
  const stopping = new AbortController();
  const ended = new AbortController();
  const call = createCalls(clock, ended.signal);
  const busy = new Set<Promise<void>>();
  const deletes = createDeletes({
    ...options,
    call,
    onFailure: (count, err) => log.warn({ queueUrl, count, err }, "messages were not deleted, and come again"),
  });
  const deadLetters = createDeadLetters({ ...options, call });
  let trouble: { readonly failure: AwsFailure; readonly times: number } | null = null;
  let stopped: Promise<void> | null = null;

  const judge = async (message: Received): Promise<Verdict> => {
    if (message.sentAt !== null) options.stamped?.(message.sentAt);
    const origin: Origin = { source: "sqs", ...at, sentAt: message.sentAt, receivedAt: clock.now() };
    let cancel = (): void => undefined;
    const late = new Promise<Verdict>((resolve) => {
      const verdict = { is: "later", reason: `not handled within ${HANDLE_WITHIN / 1000} s` } as const;
      cancel = clock.setTimer(clock.now() + HANDLE_WITHIN, () => resolve(verdict));
    });
    try {
      return await Promise.race([handle(message.body, origin), late]);
    } catch (err) {
      log.error({ queueUrl, messageId: message.id, err }, "a message could not be handled; it comes again");
      return { is: "later", reason: "something went wrong here" };
    } finally {
      cancel();
    }
  };

  const hide = async (message: Received, seconds: number): Promise<void> => {
    const since = Math.ceil((clock.now() - message.receivedAt) / 1_000);
    const VisibilityTimeout = Math.max(0, Math.min(seconds, HIDDEN_SECONDS - HIDDEN_MARGIN_SECONDS - since));
    const input = { QueueUrl: queueUrl, ReceiptHandle: message.handle, VisibilityTimeout };
    await call("ChangeMessageVisibility", (to) => client.changeMessageVisibility(input, to));
  };

  const keep = async (message: Received, reason: string, explanation: string): Promise<void> => {
    const without = await deadLetters.keep(message, reason, explanation);
    if (without === null) return deletes.add(message.handle);
    log.error(
      { queueUrl, messageId: message.id, reason },
      `a message cannot be understood, and ${without}: it stays in the queue, hidden for nearly 12 hours. Set deadLetterQueueUrl to another queue, or give the queue a redrive policy`,
    );
    await hide(message, HIDDEN_SECONDS);
  };

  const carryOut = async (message: Received, verdict: Verdict): Promise<void> => {
    switch (verdict.is) {
      case "accepted":
        // Its signals are stored; the errors of the rest are kept for people.
        return verdict.errors.length === 0
          ? deletes.add(message.handle)
          : keep(message, "in-part", verdict.errors.join(" "));
      case "ignored":
        return deletes.add(message.handle);
      case "rejected":
        return keep(message, verdict.reason, verdict.message);
      case "later":
        return hide(
          message,
          Math.min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** Math.min(message.times - 1, 10)),
        );
    }
  };

  /** Handles one message. Never rejects: after a failure the message stays in the queue and comes again. */
  const take = (message: Received): Promise<void> => {
    const work = judge(message)
      .then((verdict) => carryOut(message, verdict))
      .catch((err: unknown) =>
        log.warn({ queueUrl, messageId: message.id, err }, "a message stays in its queue, and comes again"),
      )
      .finally(() => busy.delete(work));
    busy.add(work);
    return work;
  };

  const onTrouble = (failure: AwsFailure | null): void => {
    const times = trouble?.times ?? 0;
    trouble = failure === null ? null : { failure, times: times + 1 };
    if (failure === null) return log.info({ queueUrl }, "the queue can be received from again");
    if (times === 0) log.info({ queueUrl, err: failure }, "the queue was not received from; it is asked again");
    if (times + 1 === FAILURES_TO_TELL) log.error({ queueUrl, err: failure }, "the queue cannot be received from");
  };

  return {
    start() {
      const calls = createCalls(clock, stopping.signal);
      startReceiver({ ...options, call: calls, stopping: stopping.signal, take, onTrouble });
    },
    unready: () =>
      trouble === null || trouble.times < FAILURES_TO_TELL
        ? []
        : [{ what: "source", code: trouble.failure.code, message: `${queueUrl}: ${trouble.failure.message}` }],
    stop(within) {
      stopped ??= (async () => {
        stopping.abort(new Error("the source stops"));
        let cancel = (): void => undefined;
        const late = new Promise<void>((resolve) => {
          cancel = clock.setTimer(clock.now() + within, resolve);
        });
        await Promise.race([Promise.all(busy), late]);
        cancel();
        ended.abort(new Error("the source has stopped"));
      })();
      return stopped;
    },
  };
}
