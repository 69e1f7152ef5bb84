import type { Clock } from "@spotkeeper/simulator";

/** A clock that runs at a multiple of real time; the speed can change. Its timers do not keep the process alive. */
export interface PacedClock extends Clock {
  /** Simulated milliseconds for each real one. */
  readonly speed: () => number;
  readonly setSpeed: (speed: number) => void;
  /** Stops the clock: its time no longer advances. */
  readonly stop: () => void;
}

/** The parts of the real clock that the paced clock uses. */
export interface Wall {
  readonly now: () => number;
  /** Calls `fn` after `ms` milliseconds; returns a function that cancels it. */
  readonly after: (ms: number, fn: () => void) => () => void;
}

/** The longest delay of Node.js timers. If it ends too early, the timer is set again. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemWall: Wall = {
  now: () => Date.now(),
  after(ms, fn) {
    const handle = setTimeout(fn, Math.min(ms, LONGEST_TIMER)).unref();
    return () => clearTimeout(handle);
  },
};

/** Calls `work` each `ms` real milliseconds; returns a function that ends it. */
export function everyWall(ms: number, work: () => void): () => void {
  const handle = setInterval(work, ms);
  return () => clearInterval(handle);
}

/** The real clock is read each 10 ms. */
const TICK = 10;
/**
 * The most real milliseconds that count between two readings. If this machine stalls, simulated time stalls too;
 * otherwise a pause of 50 ms would be seconds in which the simulated AWS did not answer.
 */
const LONGEST_STEP = 25;

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/**
 * Creates a clock that begins at `startAt`, epoch milliseconds. One real timer serves all simulated ones; it is set
 * again when the speed changes.
 */
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
      // A timer that fired before may have cancelled this one.
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
