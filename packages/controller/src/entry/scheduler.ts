import type { Clock, Ms } from "../clock.ts";
import type { Key } from "../model/key.ts";
import type { Wake } from "../wake.ts";

/**
 * Documents advanced side by side. What they wait for are calls, so that more costs little; fewer than a storm has would
 * keep the others from the lanes, where calls are merged and ordered by deadline.
 */
const CONCURRENCY = 20_000;
/** The backstop's pace. What was accepted here is advanced by its hint; only what nobody took shows here. */
const SWEEP_EVERY: Ms = 1_000;
/** A document that has been due for less is left to the worker that is just about to take it. */
const GRACE: Ms = 1_500;
const AFTER_FAILURE: Ms = 1_000;
/** A hint in this process is sure to come, as long as the process lives. */
const SENT = Promise.resolve();

export interface SchedulerDeps {
  readonly clock: Clock;
  readonly advance: (key: Key, poked: () => Promise<void>) => Promise<void>;
  /** Hands over what has been due for `grace`. */
  readonly sweep: (grace: Ms, found: (key: Key) => void) => Promise<void>;
  readonly onFailure: (key: Key | null, error: unknown) => void;
}

export interface Scheduler extends Wake {
  /** Begins to sweep; at once, so that a restart goes on where the last process stopped. */
  start(): void;
  /** Documents being advanced, waiting for their turn, or for their time. */
  readonly load: () => { readonly running: number; readonly queued: number; readonly timed: number };
  /** Begins nothing more; resolves when what runs has come to rest, or at the deadline. */
  stop(within: Ms): Promise<void>;
}

/** The one scheduler: hints by timers, and a sweep of what is due. One advance at a time for each document. */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { clock } = deps;
  const timers = new Map<Key, { readonly when: Ms; readonly cancel: () => void }>();
  const queue = new Set<Key>();
  const running = new Map<Key, { poke: () => void; again: boolean }>();
  const idle: (() => void)[] = [];
  let stopped = false;
  let cancelSweep = (): void => {};

  const remember = (key: Key, when: Ms): void => {
    if (stopped) return;
    if (when <= clock.now()) return enqueue(key);
    const had = timers.get(key);
    if (had !== undefined && had.when <= when) return;
    had?.cancel();
    timers.set(key, { when, cancel: clock.setTimer(when, () => enqueue(key)) });
  };

  const enqueue = (key: Key): void => {
    timers.get(key)?.cancel();
    timers.delete(key);
    const active = running.get(key);
    if (active !== undefined) {
      active.again = true;
      active.poke();
      return;
    }
    queue.add(key);
    pump();
  };

  const pump = (): void => {
    for (const key of queue) {
      if (stopped || running.size >= CONCURRENCY) break;
      queue.delete(key);
      void run(key);
    }
    if (running.size === 0 && (stopped || queue.size === 0)) for (const done of idle.splice(0)) done();
  };

  const run = async (key: Key): Promise<void> => {
    const entry = { poke: (): void => {}, again: false };
    running.set(key, entry);
    const poked = (): Promise<void> => {
      entry.again = false;
      return new Promise((resolve) => (entry.poke = resolve));
    };
    try {
      await deps.advance(key, poked);
    } catch (error) {
      deps.onFailure(key, error);
      remember(key, clock.now() + AFTER_FAILURE);
    } finally {
      running.delete(key);
      if (entry.again && !stopped) queue.add(key);
      pump();
    }
  };

  const sweep = async (grace: Ms): Promise<void> => {
    try {
      await deps.sweep(grace, (key) => {
        if (!running.has(key)) enqueue(key);
      });
    } catch (error) {
      deps.onFailure(null, error);
    }
    if (!stopped) cancelSweep = clock.setTimer(clock.now() + SWEEP_EVERY, () => void sweep(GRACE));
  };

  let stopping: Promise<void> | null = null;
  return {
    at(key, when) {
      remember(key, when);
      return SENT;
    },
    start: () => void sweep(0),
    load: () => ({ running: running.size, queued: queue.size, timed: timers.size }),
    stop(within) {
      stopping ??= new Promise((resolve) => {
        stopped = true;
        cancelSweep();
        for (const timer of timers.values()) timer.cancel();
        timers.clear();
        const cancel = clock.setTimer(clock.now() + within, resolve);
        idle.push(() => {
          cancel();
          resolve();
        });
        pump();
      });
      return stopping;
    },
  };
}
