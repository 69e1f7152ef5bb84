import type { Ms } from "../clock.ts";

/** A notice could be under way at any time, so nobody waits longer than this from one try to the next. */
const LONGEST: Ms = 2_000;

/**
 * From the start of a look that failed to the start of the next. A first failure may be a kept connection that was torn, so
 * the next look is at once; then it backs off, by one more poll each time.
 *
 * @param failures looks in a row that brought no answer, 1 at least
 */
export const pace = (failures: number, poll: Ms): Ms => Math.min(LONGEST, poll * (failures - 1));

/**
 * The turn at which the next look comes: the last one that is no later than `every` after this look began. Turns are at
 * `first` and each `every` from then on, whenever a look has begun.
 */
export const nextTurn = (first: Ms, every: Ms, began: Ms): Ms =>
  // A timer can ring a little early: a look that began just before its turn is the look of that turn.
  first + Math.floor((began - first) / every + 1.02) * every;

/** A look takes no longer, so that it ends in time for the next. */
export const LOOK: Ms = 1_500;

/**
 * From look to look at what does not press: each fifth poll, though never further apart than the 5 s that AWS recommends,
 * unless all looks are
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html#monitor-rebalance-recommendations).
 */
export const seldom = (poll: Ms): Ms => Math.max(poll, Math.min(5 * poll, 5_000));

/**
 * So long after a look at the others comes what is looked at seldom: their connections are free then, and the process is
 * awake, since to wake up costs more than a look does.
 */
export const SOON: Ms = 20;
