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
 * Sends a hint for each document that is to be written: before the commit, since whoever dies between the two leaves a hint
 * too many, and not a document that nobody looks at. Answers false where one could not be sent: then nothing is written
 * yet, as where the ledger is away.
 */
export async function sendHints(
  { wake }: Pick<StoreDeps, "wake">,
  docs: readonly Pick<Doc, "key" | "wakeAt">[],
): Promise<boolean> {
  const due = docs.flatMap(({ key, wakeAt }) => (wakeAt === null ? [] : [wake.at(key, wakeAt)]));
  return (await Promise.allSettled(due)).every(({ status }) => status === "fulfilled");
}

/** A touch where nothing but `wakeAt` has changed, else a commit. */
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

/** All or none. `too-large`: what it writes elsewhere, or both (record/fit.ts has taken from each what can be spared). */
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

/** Answers "away" where the ledger is: draining goes on meanwhile. Rejects with its other errors. */
export async function orAway<T>(asked: Promise<T>): Promise<T | "away"> {
  try {
    return await asked;
  } catch (error) {
    if (isAway(error)) return "away";
    throw error;
  }
}
