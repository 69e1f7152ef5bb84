import type { Ms } from "../clock.ts";
import { createHandling, type Handling, type HandlingOptions } from "../flow/handling.ts";
import { createHousekeeping } from "./housekeeping.ts";
import { createScheduler } from "./scheduler.ts";

export type WorkerOptions = Omit<HandlingOptions, "wake" | "onOpened">;

export interface Worker extends Pick<Handling, "accept" | "hear" | "factsOf" | "silences"> {
  /** Goes on where the last process stopped. */
  start(): Promise<void>;
  /** Begins nothing more; resolves when what runs has come to rest, or at the deadline. */
  stop(within: Ms): Promise<void>;
  readonly load: () => { readonly running: number; readonly queued: number; readonly timed: number };
}

/** The handling in a process that lives: what is due is advanced by timers, and the chores are done by timers. */
export function createWorker(options: WorkerOptions): Worker {
  const { clock, observer } = options;
  const scheduler = createScheduler({
    clock,
    advance: (key, poked) => handling.advance(key, Infinity, poked),
    sweep: (grace, found) => handling.sweepOnce(Infinity, { grace, found }),
    onFailure: (key, error) => observer.onFailure?.(key ?? "sweep", error),
  });
  const handling = createHandling({ ...options, wake: scheduler, onOpened: () => housekeeping.opened() });
  const housekeeping = createHousekeeping(clock, handling.chores, (what, error) => observer.onFailure?.(what, error));

  return {
    accept: handling.accept,
    hear: handling.hear,
    async start() {
      await handling.start();
      scheduler.start();
      housekeeping.start();
    },
    async stop(within) {
      housekeeping.stop();
      await scheduler.stop(within);
      handling.stop();
      await options.inventory.flush();
    },
    factsOf: handling.factsOf,
    silences: handling.silences,
    load: scheduler.load,
  };
}
