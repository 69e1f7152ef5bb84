import type { Ms } from "../clock.ts";

/** Of a document whose steps run, at the least. */
export const GUARD: Ms = 5_000;
/** Each document under way renews its guard by a commit, twice in its time: all together at most 1,000 a second. */
const GUARD_EACH: Ms = 2;

/**
 * How long nobody else need look at a document whose steps run; a worker that dies is followed after it.
 * In a storm it grows, or renewing it alone would take all that the ledger can write.
 *
 * @param underWay documents that are advanced side by side
 */
export const guardOf = (underWay: number): Ms => Math.max(GUARD, underWay * GUARD_EACH);
