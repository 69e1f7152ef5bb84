import type { Drainable } from "../drain/phases.ts";
import { createHand, finishOrGiveBack } from "./hand.ts";

/** What is used of a job of BullMQ. */
export interface BullJobLike {
  readonly id?: string | undefined;
  readonly token?: string | undefined;
  moveToWait(token?: string): Promise<unknown>;
}

/** What is used of a `Worker` of BullMQ. */
export interface BullWorkerLike {
  pause(doNotWaitActive?: boolean): Promise<void>;
  resume(): unknown;
  close(force?: boolean): Promise<void>;
  on(event: "active" | "completed", listener: (job: BullJobLike) => void): unknown;
  on(event: "failed", listener: (job: BullJobLike | undefined) => void): unknown;
}

/**
 * Drains a worker of BullMQ.
 *
 * - `stop-intake`: it takes no further jobs
 * - `finish`: waits for the jobs that are in hand; those that are not done in time go back to wait, so that another
 *   worker has them at once and not only when their lock ends
 * - `close`: closes the worker and its connections
 */
export function drainBullWorker(worker: BullWorkerLike): Drainable {
  const hand = createHand<BullJobLike>(({ id }) => id ?? "");
  worker.on("active", hand.take);
  worker.on("completed", hand.release);
  worker.on("failed", (job) => job !== undefined && hand.release(job));

  return {
    "stop-intake": () => worker.pause(true),
    finish: (context) => finishOrGiveBack(hand, context, "jobs", async (job) => job.moveToWait(job.token)),
    close: () => worker.close(hand.held().length > 0),
    resume: () => worker.resume(),
  };
}
