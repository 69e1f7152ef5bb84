import type { Clock } from "@spotkeeper/simulator";

/** The wall's time, scaled by a speed that can change. Its timers do not keep the process alive. */
export interface PacedClock extends Clock {
  /** Simulated milliseconds in a real one. */
  readonly speed: () => number;
  readonly setSpeed: (speed: number) => void;
  /** Ends what keeps it going: it stands still from then on. */
  readonly stop: () => void;
}

/** What the clock needs of the real one. */
export interface Wall {
  readonly now: () => number;
  /** Calls `fn` after so many milliseconds; returns what cancels it. */
  readonly after: (ms: number, fn: () => void) => () => void;
}

/** The longest delay that Node.js timers take; what is due later is found not to be, and set again. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemWall: Wall = {
  now: () => Date.now(),
  after(ms, fn) {
    const handle = setTimeout(fn, Math.min(ms, LONGEST_TIMER)).unref();
    return () => clearTimeout(handle);
  },
};

/** Calls `work` each `ms` of the wall's time; returns what ends it. */
export function everyWall(ms: number, work: () => void): () => void {
  const handle = setInterval(work, ms);
  return () => clearInterval(handle);
}

/** The wall is looked at this often, milliseconds. */
const TICK = 10;
/**
 * What lies between two looks counts for no more than this: while this machine is held up, time stands still. Else a
 * pause of 50 ms would be seconds in which a simulated AWS did not answer.
 */
const LONGEST_STEP = 25;

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/** Begins at `startAt`, epoch milliseconds. One timer of the wall serves all: it is set anew when the speed changes. */
export function pacedClock(startAt: number, initial: number, wall: Wall): PacedClock {
  const timers = new Set<Timer>();
  let speed = initial;
  let sim = startAt;
  let seen = wall.now();
  let armed = { at: Infinity, cancel: (): void => undefined };
  let stopped = false;

  const now = (): number => {
    const at = wall.now();
    if (!stopped) sim += Math.min(LONGEST_STEP, Math.max(0, at - seen)) * speed;
    seen = at;
    return Math.floor(sim);
  };

  const tick = (): void => {
    now();
    cancelTick = wall.after(TICK, tick);
  };
  let cancelTick = wall.after(TICK, tick);

  const arm = (at: number): void => {
    armed.cancel();
    const left = Math.max(0, Math.ceil((at - now()) / speed));
    armed = { at, cancel: wall.after(left, fire) };
  };

  const fire = (): void => {
    armed = { at: Infinity, cancel: () => undefined };
    const reached = now();
    const due = [...timers].filter(({ at }) => at <= reached).toSorted((one, other) => one.at - other.at);
    for (const timer of due) {
      // One that fired before may have cancelled it.
      if (timers.delete(timer)) timer.fn();
    }
    next();
  };

  const next = (): void => {
    let first = Infinity;
    for (const { at } of timers) first = Math.min(first, at);
    if (first < armed.at) arm(first);
  };

  const setTimer: Clock["setTimer"] = (at, fn) => {
    const timer = { at, fn };
    timers.add(timer);
    if (at < armed.at) arm(at);
    return () => void timers.delete(timer);
  };

  return {
    now,
    setTimer,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const onAbort = (): void => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = setTimer(now() + ms, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
    speed: () => speed,
    setSpeed(changed) {
      if (changed === speed) return;
      now();
      speed = changed;
      armed.cancel();
      armed = { at: Infinity, cancel: () => undefined };
      next();
    },
    stop() {
      stopped = true;
      cancelTick();
      armed.cancel();
    },
  };
}
