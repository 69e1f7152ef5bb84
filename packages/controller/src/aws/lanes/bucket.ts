import type { Ms } from "../../clock.ts";
import type { Limit } from "../limits.ts";

/** A lane's view of one of AWS's token buckets. All instants are epoch milliseconds. */
export interface Bucket {
  /** Tokens there at `now`; may be a fraction. */
  tokens(now: Ms): number;
  take(now: Ms): void;
  /** The first instant, not before `now`, at which there are `tokens`. */
  readyAt(tokens: number, now: Ms): Ms;
  /** AWS refused a call sent at `sentAt`: empties, halves the rate, and rests a while. Returns when the rest ends. */
  throttled(sentAt: Ms, now: Ms): Ms;
  /** AWS took a call: the rate grows back by steps. */
  accepted(now: Ms): void;
}

/**
 * Less than AWS's figures: the bucket is shared with whoever else calls in the account, and two calls that leave
 * evenly spaced do not arrive so.
 */
const OURS = 0.9;
/** The rate never falls below this share of AWS's figure: everything must still be able to leave before a deadline. */
const LOWEST = 0.05;
/** Of AWS's figure, for each second without throttling. */
const GROWTH = 0.1;
const FIRST_REST: Ms = 400;
const LONGEST_REST: Ms = 5_000;

/**
 * A token bucket that learns: multiplicative decrease on throttling, additive increase on success.
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

  /** Further back than any rest reaches ahead, the clock was set back: what was ahead of it is now. */
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
      // Whole milliseconds, as timers have, and a hair more against rounding.
      const filled = lacking <= 0 ? at : at + Math.ceil((lacking / rate) * 1000 + 1e-6);
      return Math.max(filled, restsUntil);
    },
    throttled(sentAt, at) {
      count(at);
      // Calls that were on their way together tell the same story once.
      if (sentAt < restsUntil) return restsUntil;
      rests = Math.min(rests + 1, 10);
      rate = Math.max(rate / 2, limit.refill * LOWEST);
      const rest = Math.min(LONGEST_REST, FIRST_REST * 2 ** (rests - 1)) * (0.5 + random() / 2);
      restsUntil = at + Math.ceil(rest);
      // One call may try when the rest is over; the others wait for what flows in from then on.
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
