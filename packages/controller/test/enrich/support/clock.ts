import { setImmediate } from "node:timers/promises";
import type { Clock, Ms } from "../../../src/clock.ts";

export interface TestClock extends Clock {
  /** Runs timers, one instant after the other, until `promise` settles. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Moves on without running anything. */
  jump(ms: Ms): void;
  /** Runs what is due within the next `ms`. */
  pass(ms: Ms): Promise<void>;
}

/** Time that stands still until a test lets it go on. */
export function testClock(start: Ms = Date.UTC(2026, 10, 21)): TestClock {
  let now = start;
  let timers: { at: Ms; fn: () => void }[] = [];
  const quiet = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await setImmediate();
  };
  const fire = (until: Ms): boolean => {
    const next = timers.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined || next.at > until) return false;
    timers = timers.filter((timer) => timer !== next);
    now = Math.max(now, next.at);
    next.fn();
    return true;
  };
  const clock: TestClock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const cancel = clock.setTimer(now + ms, resolve);
        signal?.addEventListener("abort", () => {
          cancel();
          reject(signal.reason as Error);
        });
      }),
    setTimer(at, fn) {
      const timer = { at: Math.max(at, now), fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    async settle(promise) {
      let done = false;
      promise.then(
        () => (done = true),
        () => (done = true),
      );
      for (;;) {
        await quiet();
        if (done) return promise;
        if (!fire(Infinity)) throw new Error("nothing is left to happen, and it has not settled");
      }
    },
    jump(ms) {
      now += ms;
    },
    async pass(ms) {
      const until = now + ms;
      do await quiet();
      while (fire(until));
      now = until;
    },
  };
  return clock;
}
