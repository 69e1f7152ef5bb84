import type { Ms } from "../../clock.ts";
import type { Alert, Send } from "../../model/alert.ts";

/** An intent is not looked at before: the send may still be under way. More than a channel's time limit. */
export const CALL_BOUND: Ms = 15_000;

/** Between the last outcome and settling, one more look: long enough for a list that lags behind (assumed: 2 s). */
export const LAST_LOOK: Ms = 2_000;

/**
 * The outbox: what each channel has been sent stands in `Alert.sends`, and one entry reads like this.
 *
 * - `intended`: a send is under way (or its process died); looked at again at `retryAt`
 * - `due`: the last attempt failed; the next is at `retryAt`
 * - `sent`: `hash` was sent; nothing new before `retryAt`
 * - `gave-up`: refused, or tried too often; only the outcome, or a new outcome, is tried afresh
 *
 * `hash` is that of the newest content that was tried, after `open:` or `outcome:`. `receipt` is of the last successful
 * send, and null only while there was none.
 */
export type Stage = "open" | "outcome";

export const contentOf = (stage: Stage, hash: string): string => `${stage}:${hash}`;

export const isOutcome = (content: string): boolean => content.startsWith("outcome:");

export const isOver = (send: Send): boolean => send.state === "sent" || send.state === "gave-up";

/** The outcome is told, given up or withheld in every channel that was told anything: the alert is about to settle. */
export function isToldOut({ sends: all, quiet }: Alert): boolean {
  const sends = Object.values(all);
  return quiet === "closing" || (sends.length > 0 && sends.every((send) => isOver(send) && isOutcome(send.hash)));
}
