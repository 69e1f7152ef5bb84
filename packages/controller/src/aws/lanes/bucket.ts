import type { Ms } from "../../clock.ts";
import type { Limit } from "../limits.ts";

/** A lane's model of one of AWS's token buckets. Times are epoch milliseconds. */
export interface Bucket {
  /** Returns the tokens at `now`; may be a fraction. */
  tokens(now: Ms): number;
  take(now: Ms): void;
  /** Returns the earliest time, from `now` on, at which there are `tokens`. */
  readyAt(tokens: number, now: Ms): Ms;
  /**
   * AWS throttled a call that was sent at `sentAt`: empties the bucket, halves the rate, and pauses. Returns the end of
   * the pause.
   */
  throttled(sentAt: Ms, now: Ms): Ms;
  /** AWS accepted a call: the rate increases again in steps. */
  accepted(now: Ms): void;
}

/**
 * Share of AWS's limits that is used: other programs in the account use the same bucket, and evenly sent calls do not
 * arrive evenly.
 */
const OURS = 0.9;
/** Minimum rate as a share of AWS's limit, so that calls can still be sent before their deadlines. */
const LOWEST = 0.05;
/** Increase of the rate per second without throttling, as a share of AWS's limit. */
const GROWTH = 0.1;
const FIRST_REST: Ms = 400;
const LONGEST_REST: Ms = 5_000;

/**
 * Creates an adaptive token bucket: multiplicative decrease on throttling, additive increase on success.
 *
 * @param random 0..1, for jitter, so that many workers on one account do not return together
 */
export function createBucket(limit: Limit, now: Ms, random: () => number): Bucket {
  const fullRate = limit.refill * OURS;
  const capacity = Math.max(1, limit.capacity * OURS);
  let tokens = capacity;
  let rate = fullRate;
  let counted = now;
  let restsUntil = now;
  let rests = 0;
  let grewAt = now;

  /** If the clock was set back by more than the longest pause, moves all stored times back to now. */
  const follow = (at: Ms): void => {
    if (counted - at <= LONGEST_REST) return;
    counted = at;
    restsUntil = Math.min(restsUntil, at);
    grewAt = Math.min(grewAt, at);
  };

  const count = (at: Ms): void => {
    follow(at);
    if (at <= counted) return;
    tokens = Math.min(capacity, tokens + ((at - counted) / 1000) * rate);
    counted = at;
  };

  return {
    tokens(at) {
      count(at);
      return at < restsUntil ? 0 : tokens;
    },
    take(at) {
      count(at);
      tokens -= 1;
    },
    readyAt(wanted, at) {
      count(at);
      const lacking = Math.min(wanted, capacity) - tokens;
      // Whole milliseconds, as timers have, and a little more against rounding.
      const filled = lacking <= 0 ? at : at + Math.ceil((lacking / rate) * 1000 + 1e-6);
      return Math.max(filled, restsUntil);
    },
    throttled(sentAt, at) {
      count(at);
      // Calls that were in flight together count as one throttling.
      if (sentAt < restsUntil) return restsUntil;
      rests = Math.min(rests + 1, 10);
      rate = Math.max(rate / 2, limit.refill * LOWEST);
      const rest = Math.min(LONGEST_REST, FIRST_REST * 2 ** (rests - 1)) * (0.5 + random() / 2);
      restsUntil = at + Math.ceil(rest);
      // One call may be sent after the pause; the others wait for new tokens.
      tokens = Math.min(tokens, 1);
      counted = restsUntil;
      grewAt = restsUntil;
      return restsUntil;
    },
    accepted(at) {
      if (at < restsUntil) return;
      rests = 0;
      if (rate >= fullRate) return;
      count(at);
      rate = Math.min(fullRate, rate + ((at - grewAt) / 1000) * limit.refill * GROWTH);
      grewAt = at;
    },
  };
}
