import type { Clock, Ms } from "./operation.ts";

/** The longest delay of Node.js timers; longer delays are split. */
const LONGEST_TIMER: Ms = 2 ** 31 - 1;

/** Implements sleeping with a timer. Rejects with the signal's reason if the signal is aborted first. */
export function sleepOn(setTimer: Clock["setTimer"], at: Ms, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = setTimer(at, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

export interface RealClockOptions {
  /** Simulated milliseconds for each real one. */
  readonly speed: number;
  /** The first instant in epoch milliseconds; default: the real time. */
  readonly startAt?: Ms;
}

/** Creates a clock that follows the real one, multiplied by `speed`. Its timers do not keep the process alive. */
export function realClock(options: RealClockOptions): Clock {
  const { speed } = options;
  if (!(speed > 0) || !Number.isFinite(speed)) throw new RangeError(`The clock's speed must be above 0, not ${speed}.`);
  const wallStart = Date.now();
  const start = options.startAt ?? wallStart;
  // Whole milliseconds, as in every clock.
  const now = (): Ms => Math.floor(start + (Date.now() - wallStart) * speed);
  const setTimer: Clock["setTimer"] = (at, fn) => {
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const left = Math.max(0, Math.ceil((at - now()) / speed));
      handle = setTimeout(left > LONGEST_TIMER ? arm : fn, Math.min(left, LONGEST_TIMER)).unref();
    };
    arm();
    return () => clearTimeout(handle);
  };
  return { now, setTimer, sleep: (ms, signal) => sleepOn(setTimer, now() + ms, signal) };
}
