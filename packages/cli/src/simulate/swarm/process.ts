import type { Key, Verdict } from "@spotkeeper/controller";
import type { Ms } from "@spotkeeper/simulator";
import type { Ground, Seat } from "./ground.ts";
import { createLife } from "./life.ts";

/** A worker as an operating system, or a host of functions, sees it: the one way in which a world drives it. */
export interface WorkerProcess {
  start(): Promise<void>;
  /** Hands a message over; null where the worker died before it answered. */
  deliver(body: string): Promise<Verdict | null>;
  /** Hands a hint over that was sent through `Ground.hints`; answers whether it has come. */
  advance(key: Key): Promise<boolean>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

export type CreateWorker = (ground: Ground, seat: Seat, onKilled: (pause: Ms) => void) => WorkerProcess;

/** The flow in a process that lives. */
export const createProcess: CreateWorker = (ground, seat, onKilled) => {
  const { gate, aws, options, learnHour, origin } = createLife(ground, seat, false, onKilled);
  const worker = ground.parts.createWorker(options);
  return {
    async start() {
      await learnHour();
      await worker.start();
    },
    deliver: (body) => Promise.race([worker.accept(body, origin()), gate.ended.then(() => null)]),
    // Its hints are timers of its own.
    advance: () => Promise.resolve(true),
    isAlive: () => !gate.isOver(),
    async stop() {
      await worker.stop(5_000);
      aws.close();
    },
  };
};
