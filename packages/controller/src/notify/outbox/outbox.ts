import type { Ms } from "../../clock.ts";
import type { Alert, Send } from "../../model/alert.ts";

/** How long an intent stands before it is sent again: longer than a channel's time limit. */
export const CALL_BOUND: Ms = 15_000;

/** Delay between the last outcome and the last evaluation: long enough for a stale list (assumed: 2 s). */
export const LAST_LOOK: Ms = 2_000;

/**
 * The outbox: `Alert.sends` has one entry for each channel, with these states:
 *
 * - `intended`: a send is in progress (or its process died); sent again at `retryAt`
 * - `due`: the last attempt failed; the next is at `retryAt`
 * - `sent`: `hash` was sent; no further send before `retryAt`
 * - `gave-up`: refused, or tried too often; only the outcome, or a new outcome, is tried again
 *
 * `hash` is the hash of the newest content that was tried, with the prefix `open:` or `outcome:`. `receipt` is from the
 * last successful send; null: none yet.
 */
export type Stage = "open" | "outcome";

export const contentOf = (stage: Stage, hash: string): string => `${stage}:${hash}`;

export const isOutcome = (content: string): boolean => content.startsWith("outcome:");

export const isOver = (send: Send): boolean => send.state === "sent" || send.state === "gave-up";

/**
 * Whether the outcome was delivered, given up or suppressed on every channel that got anything: the alert is about to
 * settle.
 */
export function isToldOut({ sends: all, quiet }: Alert): boolean {
  const sends = Object.values(all);
  return quiet === "closing" || (sends.length > 0 && sends.every((send) => isOver(send) && isOutcome(send.hash)));
}
