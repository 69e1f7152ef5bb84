import type { Ms } from "../clock.ts";

/** How failed attempts are repeated: with pauses that double, up to a limit. */
export interface BackoffLimits {
  /** The pause after the first failure. */
  readonly first: Ms;
  /** No pause is longer. */
  readonly longest: Ms;
  /** Maximum number of attempts; without it only time limits them. */
  readonly mostTries?: number;
}

export interface Failed {
  readonly at: Ms;
  /** Number of attempts so far, including this one. */
  readonly tries: number;
  /** The other side accepts nothing before this time; null if it did not say. */
  readonly notBefore: Ms | null;
  /** No attempt begins after this time. */
  readonly endsAt: Ms;
}

/**
 * Returns the pause after a number of failures. It doubles with each, minus a random part of up to half, so that attempts
 * that failed together are not repeated together. Pure.
 *
 * @param random 0..1, for jitter
 */
export function pauseAfter(failures: number, { first, longest }: BackoffLimits, random: number): Ms {
  // 2 ** 20 is more than any pause; higher powers would only lose their digits.
  const whole = Math.min(longest, first * 2 ** Math.min(Math.max(failures, 1) - 1, 20));
  return Math.round(whole * (1 - random / 2));
}

/**
 * Returns the time of the next attempt; null as soon as no further attempt is possible within the limits, so that a
 * replacement (another channel, a later step) can begin without waiting for the end of the time limit. Pure.
 *
 * @param random 0..1, for jitter
 */
export function nextTry({ at, tries, notBefore, endsAt }: Failed, patience: BackoffLimits, random: number): Ms | null {
  if (tries >= (patience.mostTries ?? Infinity)) return null;
  const next = Math.max(at + pauseAfter(tries, patience, random), Math.ceil(notBefore ?? 0));
  return next > endsAt ? null : next;
}
