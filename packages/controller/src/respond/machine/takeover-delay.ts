import type { Ms } from "../../clock.ts";

/** Minimum delay before another worker may take over a document whose steps run. */
export const MIN_TAKEOVER_DELAY: Ms = 5_000;
/**
 * Delay per document in progress. Each renews its delay by a commit, twice per delay: in total at most 1,000 commits
 * per second.
 */
const GUARD_EACH: Ms = 2;

/**
 * Returns the takeover delay: how long other workers leave a document alone whose steps run; after it, another worker
 * takes over. It grows in a storm, so that renewals do not use all write capacity of the ledger.
 *
 * @param underWay documents that are advanced concurrently
 */
export const takeoverDelayOf = (underWay: number): Ms => Math.max(MIN_TAKEOVER_DELAY, underWay * GUARD_EACH);
