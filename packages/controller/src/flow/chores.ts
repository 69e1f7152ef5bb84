import type { Clock, Ms } from "../clock.ts";
import type { Archiver } from "../record/archiver.ts";

/** Closed incidents reach the archive this soon; a storm's by rounds without a pause. */
const ARCHIVE_EVERY: Ms = 2_000;
const PURGE_EVERY: Ms = 3_600_000;
/** SQS keeps a message for 14 days at most: a duplicate of an older one cannot come. */
const KEEP_SETTLED: Ms = 15 * 86_400_000;
/** What other workers have accepted meanwhile. */
const OPEN_EVERY: Ms = 30_000;

/** What is done now and then, and never in the way of handling. */
export interface Chore {
  readonly what: string;
  readonly every: Ms;
  /** Does some of it; answers whether there is more to do at once. Rejects where it failed. */
  readonly run: () => Promise<boolean>;
}

/** Runs a chore; answers whether there is more to do at once. A failure is told, and is a matter for its next turn. */
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
  /** Reads the list of open incidents anew. */
  readonly refreshOpen: () => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

export interface Chores {
  readonly archive: Chore;
  readonly readOpen: Chore;
  readonly purge: Chore;
}

export const createChores = ({ clock, archiver, purge, refreshOpen, onFailure }: ChoresDeps): Chores => ({
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
      await refreshOpen();
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
