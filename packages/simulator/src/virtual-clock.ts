import { sleepOn } from "./clock.ts";
import type { Clock, Ms } from "./operation.ts";
import { createTimerHeap } from "./timer-heap.ts";

/**
 * A clock that stands still until it is run, and then jumps from timer to timer, each time after the program has come
 * to rest. Two runs of the same program see the same instants in the same order.
 */
export interface VirtualClock extends Clock {
  /** While held, time stands still: something outside the event loop's queues (a socket, a child) is at work. */
  hold(): () => void;
  /** Runs everything that is due up to the instant `at`, and stops there. */
  runUntil(at: Ms): Promise<void>;
  /**
   * Runs until `promise` settles, and gives its outcome. Rejects where nothing is left to happen, or once `atMost`
   * (default one day) of virtual time has gone by.
   */
  runUntilSettled<T>(promise: Promise<T>, atMost?: Ms): Promise<T>;
  /** How many timers are set. */
  pending(): number;
}

export interface VirtualClockOptions {
  /**
   * How many turns of the event loop must pass without a change before the program counts as at rest. Microtasks of a
   * turn all run within it; several turns cover code that itself yields to the loop. 0 where all that does so holds the
   * clock: then nothing is waited for once no hold is left, and no file that is read is looked for.
   */
  readonly quietTurns?: number;
}

const QUIET_TURNS = 4;
/** What holds the clock is mostly done within a few turns (a database in the process); then the world outside is given time. */
const PATIENT_TURNS = 50;
/** A program that is busy this long in real time hangs: a test should fail with that, not by a time-out. */
const SETTLE_LIMIT: Ms = 60_000;
/** So many rounds of timers of one instant, each set by the one before, never end. */
const MOST_ROUNDS = 10_000;
const DAY: Ms = 86_400_000;

/** @param startAt epoch milliseconds, the first instant */
export function virtualClock(startAt: Ms, { quietTurns = QUIET_TURNS }: VirtualClockOptions = {}): VirtualClock {
  const timers = createTimerHeap();
  let current = startAt;
  let held = 0;
  let activity = 0;
  let running = false;
  let rounds = 0;

  const setTimer: Clock["setTimer"] = (at, fn) => {
    activity++;
    // Whole milliseconds, as on the wall: a pause with jitter must not bring about an instant that no clock shows.
    return timers.add(Math.max(Math.ceil(at), current), fn);
  };

  const settle = async (): Promise<void> => {
    const limit = Date.now() + SETTLE_LIMIT;
    let seen = activity;
    let unchanged = 0;
    let quiet = 0;
    for (;;) {
      await turn(held > 0 && unchanged > PATIENT_TURNS);
      unchanged = activity === seen ? unchanged + 1 : 0;
      quiet = held > 0 || activity !== seen ? 0 : quiet + 1;
      // Asked at every second turn, because it costs more than a turn, and reading a file takes several.
      if (quiet > 0 && quiet % 2 === 0 && readingFiles()) quiet = 0;
      seen = activity;
      if (held === 0 && quiet >= quietTurns) return;
      if (quiet === 0 && Date.now() > limit) {
        throw new Error(`The program did not come to rest within ${SETTLE_LIMIT / 1000} s (${held} holds).`);
      }
    }
  };

  /** Fires all timers of the next instant that is not after `until`; false where there is none. */
  const step = (until: Ms): boolean => {
    const at = timers.next();
    if (at === null || at > until) return false;
    rounds = at > current ? 0 : rounds + 1;
    if (rounds > MOST_ROUNDS) throw new Error("Timers are set for one instant again and again: time stands still.");
    current = at;
    for (const fn of timers.takeDue(at)) fn();
    return true;
  };

  const exclusively = async <T>(run: () => Promise<T>): Promise<T> => {
    if (running) throw new Error("The virtual clock is already being run: one driver at a time.");
    running = true;
    try {
      return await run();
    } finally {
      running = false;
    }
  };

  return {
    now: () => current,
    setTimer,
    sleep: (ms, signal) => sleepOn(setTimer, current + ms, signal),
    hold() {
      held++;
      activity++;
      let released = false;
      return () => {
        if (released) return;
        released = true;
        held--;
        activity++;
      };
    },
    runUntil: (at) =>
      exclusively(async () => {
        do await settle();
        while (step(at));
        current = Math.max(current, at);
      }),
    runUntilSettled: (promise, atMost = DAY) =>
      exclusively(async () => {
        const until = current + atMost;
        let done = false;
        const mark = (): void => {
          done = true;
          activity++;
        };
        promise.then(mark, mark);
        for (;;) {
          await settle();
          if (done) return promise;
          if (!step(until)) {
            const why = timers.next() === null ? "nothing is left to happen" : `${atMost} ms of virtual time went by`;
            throw new Error(`The awaited promise is still pending, but ${why}.`);
          }
        }
      }),
    pending: () => timers.size(),
  };
}

/** One turn of the event loop; with a pause where only the world outside can make progress. */
function turn(outside: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (outside) setTimeout(resolve, 1);
    else setImmediate(resolve);
  });
}

/**
 * The SDK reads its configuration files on first use: such a read is work in progress that no queue shows. To open, look,
 * read and close takes four turns at least.
 */
function readingFiles(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq") || name === "CloseReq");
}
