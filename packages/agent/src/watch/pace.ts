import type { Ms } from "../clock.ts";

/** The longest pause after a failure: a notice could come at any time. */
const LONGEST_PAUSE: Ms = 2_000;

/**
 * Returns the time from the start of a failed poll to the start of the next. A first failure may be a closed kept-alive
 * connection, so the next poll follows at once; then each pause is one poll interval longer.
 *
 * @param failures failed polls in a row, at least 1
 */
export const retryDelay = (failures: number, poll: Ms): Ms => Math.min(LONGEST_PAUSE, poll * (failures - 1));

/**
 * Returns the instant of the next poll: the last slot that is no later than `every` after this poll began. Slots are at
 * `first`, `first + every`, and so on.
 */
export const nextTurn = (first: Ms, every: Ms, began: Ms): Ms =>
  // A timer can fire a little early: a poll that began just before its slot belongs to that slot.
  first + Math.floor((began - first) / every + 1.02) * every;

/** The timeout of one poll, so that it ends before the next. */
export const POLL_TIMEOUT: Ms = 1_500;

/**
 * Returns the poll interval of paths that are not urgent: five times `poll`, at most the 5 s that AWS recommends, and
 * at least `poll`
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html#monitor-rebalance-recommendations).
 */
export const seldomInterval = (poll: Ms): Ms => Math.max(poll, Math.min(5 * poll, 5_000));

/**
 * Paths that are polled seldom are polled this long after the others: the process is awake then, and the connections
 * are free. Waking up costs more than a poll.
 */
export const SELDOM_OFFSET: Ms = 20;
