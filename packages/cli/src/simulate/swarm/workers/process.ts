import type { Key, Verdict } from "@spotkeeper/controller";
import type { Ms } from "@spotkeeper/simulator";
import type { SharedParts, WorkerSlot } from "./shared-parts.ts";
import { createLife } from "./life.ts";

/** A worker as the operating system or a function runtime sees it. Worlds drive workers only by this. */
export interface WorkerProcess {
  start(): Promise<void>;
  /** Gives a message to the worker. Resolves with null if the worker died before it answered. */
  deliver(body: string): Promise<Verdict | null>;
  /** Delivers a wake-up message that was sent through `Ground.hints`. Resolves with true if it was handled. */
  advance(key: Key): Promise<boolean>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

export type CreateWorker = (shared: SharedParts, slot: WorkerSlot, onKilled: (pause: Ms) => void) => WorkerProcess;

/** Creates a worker as a process that stays alive. */
export const createProcess: CreateWorker = (shared, slot, onKilled) => {
  const { gate, aws, options, learnHour, origin } = createLife(shared, slot, false, onKilled);
  const worker = shared.parts.createWorker(options);
  return {
    async start() {
      await learnHour();
      await worker.start();
    },
    deliver: (body) => Promise.race([worker.accept(body, origin()), gate.ended.then(() => null)]),
    // A process wakes itself by timers.
    advance: () => Promise.resolve(true),
    isAlive: () => !gate.isOver(),
    async stop() {
      await worker.stop(5_000);
      aws.close();
    },
  };
};
