import type { Ms } from "../../clock.ts";
import { intend as intended } from "../../durable/intent.ts";
import { nextTry } from "../../durable/retry.ts";
import type { Doc } from "../../model/doc.ts";
import type { Send } from "../../model/alert.ts";
import type { SendResult } from "../alert.ts";
import { clean } from "../message/clean.ts";
import { span } from "../message/count.ts";
import type { Due, Lapsed } from "./next.ts";
import { SEND_BACKOFF, SEND_TAKES } from "./outbox.ts";
import type { Route } from "../route.ts";

/** A send that was never tried. */
const UNTRIED: Omit<Send, "state" | "hash"> = {
  receipt: null,
  attempts: 0,
  retryAt: null,
  since: null,
  reason: null,
};

/** Marks due sends as intended, and lapsed ones as given up. Pure. Committed before any of them is sent. */
export function intend(doc: Doc<"alert">, due: readonly Due[], lapsed: readonly Lapsed[], now: Ms): Doc<"alert"> {
  const sends: Record<string, Send> = { ...doc.body.sends };
  for (const { channel, content, attempt } of due) {
    const had = sends[channel] ?? UNTRIED;
    const since = attempt === 1 ? now : (had.since ?? now);
    sends[channel] = intended({ ...had, hash: content, attempts: attempt, since }, now, SEND_TAKES);
  }
  for (const { channel, content, reason } of lapsed)
    sends[channel] = { ...(sends[channel] ?? UNTRIED), hash: content, state: "gave-up", retryAt: null, reason };
  return { ...doc, wakeAt: now + SEND_TAKES, body: { ...doc.body, sends } };
}

/**
 * Applies the result of a send. Pure. Returns null if another worker has taken over the send since, because this one
 * took too long.
 *
 * @param random 0..1, for jitter
 */
export function applySend(
  doc: Doc<"alert">,
  due: Due,
  result: SendResult,
  now: Ms,
  random: number,
  route: Pick<Route, "updateEvery" | "giveUpAfter">,
): { readonly doc: Doc<"alert">; readonly send: Send } | null {
  const had = doc.body.sends[due.channel];
  if (had?.state !== "intended" || had.hash !== due.content || had.attempts !== due.attempt) return null;
  const send = after(had, result, now, random, route);
  return { doc: { ...doc, body: { ...doc.body, sends: { ...doc.body.sends, [due.channel]: send } } }, send };
}

function after(
  had: Send,
  result: SendResult,
  now: Ms,
  random: number,
  { updateEvery, giveUpAfter }: Pick<Route, "updateEvery" | "giveUpAfter">,
): Send {
  switch (result.is) {
    case "sent":
      // Not null, which means that nothing was ever sent.
      return {
        ...had,
        state: "sent",
        receipt: result.receipt ?? true,
        retryAt: now + updateEvery,
        since: now,
        reason: null,
      };
    case "refused":
      return gaveUp(had, result.reason);
    case "retry": {
      const since = had.since ?? now;
      const notBefore = result.after === null ? null : now + result.after;
      const failed = { at: now, tries: had.attempts, notBefore, endsAt: since + giveUpAfter };
      const retryAt = nextTry(failed, SEND_BACKOFF, random);
      if (retryAt === null) return gaveUp(had, `${result.reason}, for ${span((now - since) / 1_000)}`);
      return { ...had, state: "due", retryAt, reason: clean(result.reason) };
    }
  }
}

const gaveUp = (had: Send, reason: string): Send => ({
  ...had,
  state: "gave-up",
  retryAt: null,
  reason: clean(reason),
});
