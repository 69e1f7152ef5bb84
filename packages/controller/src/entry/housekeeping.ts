import type { Clock, Ms } from "../clock.ts";
import { type Chore, type Chores, runChore } from "../flow/chores.ts";

/** Delay of reading other workers' incidents in a storm: early enough for the first alert, after 5 s. */
const OPEN_SOON: Ms = 2_000;
const SOON = "the list of open incidents, in a storm";

export interface Housekeeping {
  start(): void;
  /** This worker has opened an incident: others may have opened more of the same storm. */
  opened(): void;
  stop(): void;
}

/** Creates the timers of chores, each with its own interval. */
export function createHousekeeping(
  clock: Clock,
  chores: Chores,
  onFailure: (what: string, error: unknown) => void,
): Housekeeping {
  const timers = new Map<string, () => void>();
  let stopped = false;

  /**
   * Runs a chore at its interval (at once if there is more to do); a failure is reported and retried at the next
   * interval.
   */
  const repeat = (chore: Chore): void => {
    const { what, every } = chore;
    const after = (pause: Ms): void =>
      void timers.set(
        what,
        clock.setTimer(clock.now() + pause, () => void turn()),
      );
    const turn = async (): Promise<void> => {
      const more = await runChore(chore, onFailure);
      if (!stopped) after(more ? 0 : every);
    };
    after(every);
  };

  return {
    opened() {
      if (stopped || timers.has(SOON)) return;
      const read = (): void => {
        timers.delete(SOON);
        void runChore({ ...chores.readOpen, what: SOON }, onFailure);
      };
      timers.set(SOON, clock.setTimer(clock.now() + OPEN_SOON, read));
    },
    start() {
      for (const chore of [chores.archive, chores.readOpen, chores.purge]) repeat(chore);
    },
    stop() {
      stopped = true;
      for (const cancel of timers.values()) cancel();
    },
  };
}
