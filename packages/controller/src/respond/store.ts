import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Doc, Kind } from "../model/doc.ts";
import { isAway } from "../record/away.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { Wake } from "../wake.ts";
import type { Laid } from "./lay.ts";

export interface StoreDeps {
  readonly ledger: Pick<Ledger, "commit" | "touch">;
  readonly wake: Wake;
}

/**
 * Schedules a wake-up for each document to be written. This happens before the commit, so that a crash between the two
 * leaves a spurious wake-up, and not a document without one. Returns false if one could not be scheduled: then nothing
 * may be written yet.
 */
export async function sendHints(
  { wake }: Pick<StoreDeps, "wake">,
  docs: readonly Pick<Doc, "key" | "wakeAt">[],
): Promise<boolean> {
  const due = docs.flatMap(({ key, wakeAt }) => (wakeAt === null ? [] : [wake.at(key, wakeAt)]));
  return (await Promise.allSettled(due)).every(({ status }) => status === "fulfilled");
}

/** Stores the result of a round: by a touch if only `wakeAt` has changed, else by a commit. */
export const store = <K extends Kind>(deps: StoreDeps, base: Doc<K>, made: Laid<K>): ReturnType<typeof commit<K>> =>
  made.onlyWakes ? touch(deps, base, made.doc.wakeAt) : commit(deps, made);

async function touch<K extends Kind>(
  { ledger }: StoreDeps,
  { key, version }: Doc<K>,
  wakeAt: Ms | null,
): Promise<readonly Doc[] | "conflict" | "away"> {
  const stored = await orAway(ledger.touch(key, version, wakeAt));
  return typeof stored === "number" ? [] : stored;
}

/**
 * Commits the document with the other documents. Returns `too-large` if a body is too large although record/fit.ts has
 * reduced it.
 */
async function commit<K extends Kind>(
  deps: StoreDeps,
  made: Laid<K>,
): Promise<readonly Doc[] | "conflict" | "too-large" | "away"> {
  const { writes, unchanged } = made.elsewhere;
  try {
    const all = [made.doc as Doc, ...writes.values()];
    return await orAway(deps.ledger.commit(all, made.entries, [...unchanged.values()]));
  } catch (error) {
    if (!(error instanceof SpotkeeperError) || error.code !== "SK-LEDGER-TOO-LARGE") throw error;
    if (writes.size === 0) throw error;
    return "too-large";
  }
}

/** Returns "away" if the ledger is unavailable. Rejects with its other errors. */
export async function orAway<T>(asked: Promise<T>): Promise<T | "away"> {
  try {
    return await asked;
  } catch (error) {
    if (isAway(error)) return "away";
    throw error;
  }
}
