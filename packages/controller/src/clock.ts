/** Epoch milliseconds, or a span of milliseconds. */
export type Ms = number;

/** Time is a parameter: everything that waits or asks for the hour is given one of these. */
export interface Clock {
  now(): Ms;
  /** Resolves after `ms`; rejects with the signal's reason if `signal` is aborted first. */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once at the instant `at` (soon, if it has passed). Returns what cancels it. */
  setTimer(at: Ms, fn: () => void): () => void;
  /** Runs on evenly from any beginning, also where somebody sets the hour. Left out where nobody can set it. */
  readonly steady?: () => Ms;
}

/** The longest delay that Node.js timers take; longer ones are cut and set again. */
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
