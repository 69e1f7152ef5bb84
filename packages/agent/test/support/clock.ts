import type { Clock, Ms } from "../../src/clock.ts";

export interface VirtualClock extends Clock {
  /** Lets time pass, timer by timer; what a timer sets going is done before the next. */
  advance(ms: Ms): Promise<void>;
  /** Sets this machine's hour; the monotonic clock does not move. */
  setWall(at: Ms): void;
  readonly pending: () => number;
}

export const noon: Ms = Date.parse("2026-01-31T12:00:00Z");

/** Lets everything that waits for no timer come to its end. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

export function virtualClock(): VirtualClock {
  let now = 5_000;
  let offset = noon - now;
  const timers = new Set<{ readonly at: Ms; readonly fn: () => void }>();
  return {
    now: () => now,
    wall: () => now + offset,
    setWall: (at) => void (offset = at - now),
    pending: () => timers.size,
    setTimer(at, fn) {
      const timer = { at, fn };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const target = now + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= target).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.fn();
        await settle();
      }
      now = target;
    },
  };
}
