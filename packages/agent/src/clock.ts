/** A duration in milliseconds, or an instant of a clock in milliseconds. */
export type Ms = number;

/** The clock is a parameter of all code that waits or reads the time. */
export interface Clock {
  /** Monotonic milliseconds, unrelated to the time of day. Deadlines are kept on it, since nobody can set it. */
  readonly now: () => Ms;
  /** Epoch milliseconds of this machine, whose clock may be wrong. */
  wall(): Ms;
  /**
   * Calls `fn` once at the instant `at` of `now` (soon, if it has passed). Returns a function that cancels the timer.
   * The timer keeps the process alive only if `hold` is set.
   */
  setTimer(at: Ms, fn: () => void, hold?: boolean): () => void;
}

/** Less than the longest delay of Node.js timers (2,147,483,647 ms); longer delays are split. */
const LONGEST_TIMER: Ms = 2_000_000_000;

/** The same as `performance.now`, without loading the module behind `performance`. */
const uptime = (): Ms => process.uptime() * 1_000;

/** The machine's own clocks. */
export const systemClock: Clock = {
  // Whole numbers, since people read the durations.
  now: () => Math.floor(uptime()),
  wall: Date.now,
  setTimer(at, fn, hold) {
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const left = Math.max(0, at - uptime());
      handle = setTimeout(left > LONGEST_TIMER ? arm : fn, Math.min(left, LONGEST_TIMER));
      if (!hold) handle.unref();
    };
    arm();
    return () => clearTimeout(handle);
  },
};

/**
 * Resolves after `ms`, or as soon as `signal` is aborted; never rejects.
 *
 * @param hold whether the timer keeps the process alive
 */
export const pause = (
  clock: Pick<Clock, "now" | "setTimer">,
  ms: Ms,
  signal: AbortSignal,
  hold?: boolean,
): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.setTimer(clock.now() + ms, end, hold);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
