import { sleepOn } from "./clock.ts";
import type { Clock, Ms } from "./operation.ts";
import { createTimerHeap } from "./timer-heap.ts";

/**
 * A clock that stands still until it is run. It then jumps from timer to timer, each time after the program has become
 * idle. Two runs of the same program see the same instants in the same order.
 */
export interface VirtualClock extends Clock {
  /**
   * Stops time until the returned function is called: something outside the event loop's queues (a socket, a child
   * process) is at work.
   */
  hold(): () => void;
  /** Runs everything that is due up to the instant `at`, and stops there. */
  runUntil(at: Ms): Promise<void>;
  /**
   * Runs until `promise` settles, and returns its outcome. Rejects if no timer is left, or after `atMost` (default one
   * day) of virtual time.
   */
  runUntilSettled<T>(promise: Promise<T>, atMost?: Ms): Promise<T>;
  /** Returns the number of timers. */
  pending(): number;
}

export interface VirtualClockOptions {
  /**
   * The number of event loop turns without a change after which the program counts as idle. All microtasks of a turn
   * run in it; more turns cover code that itself yields to the loop. Use 0 if all such code holds the clock: then
   * nothing is waited for when no hold is left, and file reads are not checked.
   */
  readonly quietTurns?: number;
}

const QUIET_TURNS = 4;
/**
 * Holds mostly end within a few turns (an in-process database); after this many turns, wait for the outside with
 * pauses.
 */
const PATIENT_TURNS = 50;
/** A program that is busy for this long in real time hangs: fail with that message, not by the test's timeout. */
const SETTLE_LIMIT: Ms = 60_000;
/** After this many rounds of timers at one instant, each set by the one before, they never end. */
const MOST_ROUNDS = 10_000;
const DAY: Ms = 86_400_000;

/**
 * Creates a virtual clock.
 *
 * @param startAt the first instant, in epoch milliseconds
 */
export function virtualClock(startAt: Ms, { quietTurns = QUIET_TURNS }: VirtualClockOptions = {}): VirtualClock {
  const timers = createTimerHeap();
  let current = startAt;
  let held = 0;
  let activity = 0;
  let running = false;
  let rounds = 0;

  const setTimer: Clock["setTimer"] = (at, fn) => {
    activity++;
    // Whole milliseconds, as on a real clock: a pause with jitter must not create an instant between two milliseconds.
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
      // Checked at every second turn, because it costs more than a turn, and reading a file takes several turns.
      if (quiet > 0 && quiet % 2 === 0 && readingFiles()) quiet = 0;
      seen = activity;
      if (held === 0 && quiet >= quietTurns) return;
      if (quiet === 0 && Date.now() > limit) {
        throw new Error(`The program did not come to rest within ${SETTLE_LIMIT / 1000} s (${held} holds).`);
      }
    }
  };

  /** Fires all timers of the next instant up to `until`. Returns false if there is none. */
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

/** Waits for one turn of the event loop; with a pause if only the outside can make progress. */
function turn(outside: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (outside) setTimeout(resolve, 1);
    else setImmediate(resolve);
  });
}

/**
 * Returns true while files are read. The SDK reads its configuration files on first use, which no queue shows. Opening,
 * reading and closing a file takes at least four turns.
 */
function readingFiles(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq") || name === "CloseReq");
}
