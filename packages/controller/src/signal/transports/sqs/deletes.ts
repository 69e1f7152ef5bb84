import type { Clock } from "../../../clock.ts";
import type { CallSqs } from "./calls.ts";
import type { SqsClient } from "./client.ts";

export interface Deletes {
  /** Deletes one message. Resolves when SQS has answered; never rejects. */
  add(handle: string): Promise<void>;
}

export interface DeletesOptions {
  readonly client: Pick<SqsClient, "deleteMessageBatch">;
  readonly queueUrl: string;
  readonly call: CallSqs;
  readonly clock: Clock;
  /** Called if messages could not be deleted: they come again, and are then recognised as duplicates. */
  readonly onFailure: (count: number, error: unknown) => void;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
const BATCH = 10;

/** Deletes handled messages; those of one tick are deleted in batches. */
export function createDeletes({ client, queueUrl, call, clock, onFailure }: DeletesOptions): Deletes {
  let waiting: { readonly handle: string; readonly done: () => void }[] = [];

  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += BATCH) void send(all.slice(from, from + BATCH));
  };

  const send = async (batch: typeof waiting): Promise<void> => {
    try {
      const Entries = batch.map(({ handle }, index) => ({ Id: `${index}`, ReceiptHandle: handle }));
      const { Failed = [] } = await call("DeleteMessageBatch", (options) =>
        client.deleteMessageBatch({ QueueUrl: queueUrl, Entries }, options),
      );
      if (Failed.length > 0) onFailure(Failed.length, Failed[0]?.Code ?? "unknown");
    } catch (error) {
      onFailure(batch.length, error);
    } finally {
      for (const { done } of batch) done();
    }
  };

  return {
    add: (handle) =>
      new Promise((done) => {
        waiting.push({ handle, done });
        if (waiting.length === 1) clock.setTimer(clock.now(), flush);
      }),
  };
}
