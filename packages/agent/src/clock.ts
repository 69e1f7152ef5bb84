/** A span of milliseconds, or an instant of a clock in milliseconds. */
export type Ms = number;

/** Time is a parameter: everything that waits or asks for the hour is given one of these. */
export interface Clock {
  /** Monotonic: nobody sets it, so deadlines are kept on it. It has no relation to the hour. */
  readonly now: () => Ms;
  /** Epoch milliseconds by this machine, whose clock may be wrong. */
  wall(): Ms;
  /**
   * Calls `fn` once at the instant `at` of `now` (soon, if it has passed). Returns what cancels it. A timer keeps the
   * process alive only if `hold` is set.
   */
  setTimer(at: Ms, fn: () => void, hold?: boolean): () => void;
}

/** Below the longest delay that Node.js timers take (2,147,483,647 ms); longer ones are cut and set again. */
const LONGEST_TIMER: Ms = 2_000_000_000;

/** As `performance.now`, without all that is loaded with `performance`. */
const uptime = (): Ms => process.uptime() * 1_000;

/** The machine's own clocks. */
export const systemClock: Clock = {
  // Whole, since people read what comes of it.
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
 * @param hold it keeps the process alive meanwhile
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
