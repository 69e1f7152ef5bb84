import type { Clock, Ms } from "../clock.ts";
import { type Chore, type Chores, runChore } from "../flow/chores.ts";

/** In a storm, what other workers have accepted is read so soon: the first alert, after 5 s, is to tell of it whole. */
const OPEN_SOON: Ms = 2_000;
const SOON = "the list of open incidents, in a storm";

export interface Housekeeping {
  start(): void;
  /** An incident was opened here: others may have opened more of the same storm. */
  opened(): void;
  stop(): void;
}

/** Does each chore at its own pace. */
export function createHousekeeping(
  clock: Clock,
  chores: Chores,
  onFailure: (what: string, error: unknown) => void,
): Housekeeping {
  const timers = new Map<string, () => void>();
  let stopped = false;

  /** Runs the chore, then again after its time (at once where there is more); a failure is told and tried at the next turn. */
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
