import type { Ms } from "../clock.ts";
import { createHandling, type Handling, type HandlingOptions } from "../flow/handling.ts";
import { createHousekeeping } from "./housekeeping.ts";
import { createScheduler } from "./scheduler.ts";

export type WorkerOptions = Omit<HandlingOptions, "wake" | "onOpened">;

export interface Worker extends Pick<Handling, "accept" | "acceptSignal" | "factsOf" | "silences" | "openIncidents"> {
  /** Starts; continues where the last process stopped. */
  start(): Promise<void>;
  /** Begins nothing more; resolves when running work has ended, or after `within`. */
  stop(within: Ms): Promise<void>;
  readonly load: () => { readonly running: number; readonly queued: number; readonly timed: number };
}

/** Creates the handling in a process: timers advance due documents and run chores. */
export function createWorker(options: WorkerOptions): Worker {
  const { clock, observer } = options;
  const scheduler = createScheduler({
    clock,
    advance: (key, nextWakeUp) => handling.advance(key, Infinity, nextWakeUp),
    sweep: (grace, found) => handling.sweepOnce(Infinity, { grace, found }),
    onFailure: (key, error) => observer.onFailure?.(key ?? "sweep", error),
  });
  const handling = createHandling({ ...options, wake: scheduler, onOpened: () => housekeeping.opened() });
  const housekeeping = createHousekeeping(clock, handling.chores, (what, error) => observer.onFailure?.(what, error));

  return {
    accept: handling.accept,
    acceptSignal: handling.acceptSignal,
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
    openIncidents: handling.openIncidents,
    load: scheduler.load,
  };
}
