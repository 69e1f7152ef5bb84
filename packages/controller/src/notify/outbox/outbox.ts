import type { Ms } from "../../clock.ts";
import type { BackoffLimits } from "../../durable/retry.ts";
import type { Alert, Send } from "../../model/alert.ts";
import { owedOf } from "./missed.ts";

/** Longest duration of one send. */
export const SEND_WITHIN: Ms = 10_000;
/** Longest duration of a refresh of secrets, after a channel has refused its credentials. */
export const REFRESH_WITHIN: Ms = 4_000;
/** Longest duration of one attempt with the refresh of secrets, and one second to store its result. */
export const SEND_TAKES: Ms = SEND_WITHIN + REFRESH_WITHIN + 1_000;

/**
 * A service may be down for hours, and services limit requests: the pauses are longer than those of steps, which have two
 * minutes. The limit in time is `giveUpAfter` of the route.
 */
export const SEND_BACKOFF: BackoffLimits = { first: 1_000, longest: 60_000 };

/**
 * The longest pause that a service may ask for. After it one send is tried: a wrong `Retry-After` (some are years) would
 * keep the channel from everybody until a restart.
 */
export const LONGEST_REST: Ms = 15 * 60_000;

/** Delay between the last outcome and the last evaluation: long enough for a stale list (assumed: 2 s). */
export const LAST_EVALUATION_DELAY: Ms = 2_000;

/**
 * The outbox: `Alert.sends` has one entry for each channel, with these states:
 *
 * - `intended`: a send is in progress; after `retryAt` its process has died, and it is repeated (durable/intent.ts). Key
 *   and generation of the alert are the token by which a service recognizes it
 * - `due`: the last attempt failed; the next is at `retryAt`
 * - `sent`: `hash` was sent; no further send before `retryAt`
 * - `gave-up`: refused, or tried too often; only the outcome, or a new outcome, is tried again
 *
 * `hash` is the hash of the newest content that was tried, with the prefix `open:` or `outcome:`. `receipt` is from the
 * last successful send; null means none yet.
 */
export type Stage = "open" | "outcome";

export const contentOf = (stage: Stage, hash: string): string => `${stage}:${hash}`;

export const isOutcome = (content: string): boolean => content.startsWith("outcome:");

export const isOver = (send: Send): boolean => send.state === "sent" || send.state === "gave-up";

/** Whether the outcome was delivered or given up on a channel, also to those who were owed it. */
export const isEnded = (send: Send): boolean => isOver(send) && isOutcome(send.hash) && owedOf(send) === null;

/**
 * Whether the outcome was delivered, given up or suppressed on every channel that got anything: the alert is about to
 * settle.
 */
export function isFullyDelivered({ sends: all, quiet }: Alert): boolean {
  const sends = Object.values(all);
  return quiet === "closing" || (sends.length > 0 && sends.every(isEnded));
}
