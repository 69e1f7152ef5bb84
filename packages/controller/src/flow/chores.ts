import type { Clock, Ms } from "../clock.ts";
import type { Archiver } from "../record/archiver.ts";

/** Interval of archiving closed incidents; in a storm without a pause. */
const ARCHIVE_EVERY: Ms = 2_000;
const PURGE_EVERY: Ms = 3_600_000;
/** How long settled documents are kept. SQS keeps a message for 14 days at most, so a duplicate cannot come later. */
const KEEP_SETTLED: Ms = 15 * 86_400_000;
/** Interval of reading what other workers have accepted. */
const OPEN_EVERY: Ms = 30_000;

/** Regular work that must not delay handling. */
export interface Chore {
  readonly what: string;
  readonly every: Ms;
  /** Does a part of the work; returns whether there is more to do at once. Rejects on failure. */
  readonly run: () => Promise<boolean>;
}

/**
 * Runs a chore; returns whether there is more to do at once. A failure is reported, and retried at the next interval.
 */
export const runChore = (
  { what, run }: Pick<Chore, "what" | "run">,
  onFailure: ChoresDeps["onFailure"],
): Promise<boolean> =>
  run().catch((error: unknown) => {
    onFailure(what, error);
    return false;
  });

export interface ChoresDeps {
  readonly clock: Clock;
  readonly archiver: Archiver;
  readonly purge: (settledBefore: Ms) => Promise<number>;
  /** Reads the list of open incidents again. */
  readonly reloadOpen: () => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

export interface Chores {
  readonly archive: Chore;
  readonly readOpen: Chore;
  readonly purge: Chore;
}

export const createChores = ({ clock, archiver, purge, reloadOpen, onFailure }: ChoresDeps): Chores => ({
  archive: {
    what: "archiving",
    every: ARCHIVE_EVERY,
    async run() {
      const { failed, more } = await archiver.run();
      for (const { key, error } of failed) onFailure(`archiving ${key}`, error);
      return more && failed.length === 0;
    },
  },
  readOpen: {
    what: "the list of open incidents",
    every: OPEN_EVERY,
    async run() {
      await reloadOpen();
      return false;
    },
  },
  purge: {
    what: "purging",
    every: PURGE_EVERY,
    async run() {
      await purge(clock.now() - KEEP_SETTLED);
      return false;
    },
  },
});
