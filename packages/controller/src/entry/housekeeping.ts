import type { Clock, Ms } from "../clock.ts";
import type { Archiver } from "../record/archiver.ts";

/** Closed incidents reach the archive this soon; a storm's by rounds without a pause. */
const ARCHIVE_EVERY: Ms = 2_000;
const PURGE_EVERY: Ms = 3_600_000;
/** SQS keeps a message for 14 days at most: a duplicate of an older one cannot come. */
const KEEP_SETTLED: Ms = 15 * 86_400_000;
/** What other workers have accepted meanwhile; soon in a storm, which the first alert (after 5 s) is to tell of whole. */
const OPEN_EVERY: Ms = 30_000;
const OPEN_SOON: Ms = 2_000;

const SOON = "the list of open incidents, in a storm";

export interface HousekeepingDeps {
  readonly clock: Clock;
  readonly archiver: Archiver;
  readonly purge: (settledBefore: Ms) => Promise<number>;
  readonly refreshOpen: () => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** What is done now and then, and never in the way of handling. */
export function createHousekeeping(deps: HousekeepingDeps): {
  start(): void;
  /** An incident was opened here: others may have opened more of the same storm. */
  opened(): void;
  stop(): void;
} {
  const { clock } = deps;
  const timers = new Map<string, () => void>();
  let stopped = false;

  /** Runs `work`, then again after `every` (at once where there is more); a failure is told and tried at the next turn. */
  const every = (what: string, period: Ms, work: () => Promise<boolean>): void => {
    const turn = async (): Promise<void> => {
      const more = await work().catch((error: unknown) => {
        deps.onFailure(what, error);
        return false;
      });
      if (!stopped)
        timers.set(
          what,
          clock.setTimer(clock.now() + (more ? 0 : period), () => void turn()),
        );
    };
    timers.set(
      what,
      clock.setTimer(clock.now() + period, () => void turn()),
    );
  };

  const readOpen = async (): Promise<boolean> => {
    await deps.refreshOpen();
    return false;
  };

  return {
    opened() {
      if (stopped || timers.has(SOON)) return;
      const read = (): void => {
        timers.delete(SOON);
        readOpen().catch((error: unknown) => deps.onFailure(SOON, error));
      };
      timers.set(SOON, clock.setTimer(clock.now() + OPEN_SOON, read));
    },
    start() {
      every("archiving", ARCHIVE_EVERY, async () => {
        const { failed, more } = await deps.archiver.run();
        for (const { key, error } of failed) deps.onFailure(`archiving ${key}`, error);
        return more && failed.length === 0;
      });
      every("the list of open incidents", OPEN_EVERY, readOpen);
      every("purging", PURGE_EVERY, async () => {
        await deps.purge(clock.now() - KEEP_SETTLED);
        return false;
      });
    },
    stop() {
      stopped = true;
      for (const cancel of timers.values()) cancel();
    },
  };
}
