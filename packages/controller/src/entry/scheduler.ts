import type { Clock, Ms } from "../clock.ts";
import type { Key } from "../model/key.ts";
import type { Wake } from "../wake.ts";

/**
 * Maximum number of documents that are advanced concurrently. They mostly wait for calls, so many cost little; with
 * fewer than a storm has, the others would not reach the lanes, which merge calls and order them by deadline.
 */
const CONCURRENCY = 20_000;
/** Interval of the sweep. Documents of this worker are advanced by their wake-ups; the sweep finds only others. */
const SWEEP_EVERY: Ms = 1_000;
/** Documents that have been due for less are left to their worker, which is about to advance them. */
const GRACE: Ms = 1_500;
const AFTER_FAILURE: Ms = 1_000;
/** A wake-up by a timer of this process is certain as long as the process lives. */
const SENT = Promise.resolve();

export interface SchedulerDeps {
  readonly clock: Clock;
  readonly advance: (key: Key, nextWakeUp: () => Promise<void>) => Promise<void>;
  /** Calls `found` for documents that have been due for `grace`. */
  readonly sweep: (grace: Ms, found: (key: Key) => void) => Promise<void>;
  readonly onFailure: (key: Key | null, error: unknown) => void;
}

export interface Scheduler extends Wake {
  /** Starts sweeping at once, so that a restart continues where the last process stopped. */
  start(): void;
  /** Returns the numbers of documents that are being advanced, queued, and waiting for a timer. */
  readonly load: () => { readonly running: number; readonly queued: number; readonly timed: number };
  /** Begins nothing more; resolves when running work has ended, or after `within`. */
  stop(within: Ms): Promise<void>;
}

/**
 * Creates the scheduler: wake-ups by timers, and a sweep of due documents. Each document is advanced only once at a
 * time.
 */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { clock } = deps;
  const timers = new Map<Key, { readonly when: Ms; readonly cancel: () => void }>();
  const queue = new Set<Key>();
  const running = new Map<Key, { wakeAgain: () => void; again: boolean }>();
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
      active.wakeAgain();
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
    const entry = { wakeAgain: (): void => {}, again: false };
    running.set(key, entry);
    const nextWakeUp = (): Promise<void> => {
      entry.again = false;
      return new Promise((resolve) => (entry.wakeAgain = resolve));
    };
    try {
      await deps.advance(key, nextWakeUp);
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
