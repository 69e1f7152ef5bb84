/** Epoch milliseconds, or a duration in milliseconds. */
export type Ms = number;

/** The clock that is passed to all code that waits or reads the time. */
export interface Clock {
  now(): Ms;
  /** Resolves after `ms`; rejects with the signal's reason if `signal` is aborted first. */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once at the time `at` (at once if it has passed). Returns a function that cancels the timer. */
  setTimer(at: Ms, fn: () => void): () => void;
  /** A monotonic clock: not affected when the wall clock is set. Absent if the wall clock cannot be set. */
  readonly steady?: () => Ms;
}

/** The longest delay of a Node.js timer; a longer one is made of several timers. */
const LONGEST_TIMER: Ms = 2 ** 31 - 1;

/** The wall clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = systemClock.setTimer(Date.now() + ms, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
  setTimer(at, fn) {
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const left = Math.max(0, at - Date.now());
      handle = setTimeout(left > LONGEST_TIMER ? arm : fn, Math.min(left, LONGEST_TIMER)).unref();
    };
    arm();
    return () => clearTimeout(handle);
  },
};
