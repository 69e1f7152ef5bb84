import type { Clock, Ms } from "./operation.ts";

/** The longest delay that Node.js timers take; longer ones are cut and set again. */
const LONGEST_TIMER: Ms = 2 ** 31 - 1;

/** Sleeping in terms of a timer: rejects with the signal's reason if it is aborted first. */
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
  /** Simulated milliseconds in a real one. */
  readonly speed: number;
  /** The first instant, epoch milliseconds; the wall's own where left out. */
  readonly startAt?: Ms;
}

/** The wall clock, scaled. Its timers do not keep the process alive. */
export function realClock(options: RealClockOptions): Clock {
  const { speed } = options;
  if (!(speed > 0) || !Number.isFinite(speed)) throw new RangeError(`The clock's speed must be above 0, not ${speed}.`);
  const wallStart = Date.now();
  const start = options.startAt ?? wallStart;
  // Whole milliseconds, as every clock has them.
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
