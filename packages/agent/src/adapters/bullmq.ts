import type { Drainable } from "../drain/phases.ts";
import { createInFlight, finishOrReturn } from "./in-flight.ts";

/** The part of a BullMQ job that the adapter uses. */
export interface BullJobLike {
  readonly id?: string | undefined;
  readonly token?: string | undefined;
  moveToWait(token?: string): Promise<unknown>;
}

/** The part of a BullMQ `Worker` that the adapter uses. */
export interface BullWorkerLike {
  pause(doNotWaitActive?: boolean): Promise<void>;
  resume(): unknown;
  close(force?: boolean): Promise<void>;
  on(event: "active" | "completed", listener: (job: BullJobLike) => void): unknown;
  on(event: "failed", listener: (job: BullJobLike | undefined) => void): unknown;
}

/**
 * Drains a BullMQ worker.
 *
 * - `stop-intake`: takes no further jobs
 * - `finish`: waits for the jobs in flight. Jobs that are not finished in time go back to the state "wait", so that
 *   another worker can take them at once, without waiting for their lock to expire
 * - `close`: closes the worker and its connections
 */
export function drainBullWorker(worker: BullWorkerLike): Drainable {
  const inFlight = createInFlight<BullJobLike>(({ id }) => id ?? "");
  worker.on("active", inFlight.take);
  worker.on("completed", inFlight.release);
  worker.on("failed", (job) => job !== undefined && inFlight.release(job));

  return {
    "stop-intake": () => worker.pause(true),
    finish: (context) => finishOrReturn(inFlight, context, "jobs", async (job) => job.moveToWait(job.token)),
    close: () => worker.close(inFlight.held().length > 0),
    resume: () => worker.resume(),
  };
}
