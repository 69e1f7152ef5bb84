import type { Ms } from "../clock.ts";
import type { Doc, Send } from "../record/doc.ts";
import type { SendResult } from "./alert.ts";
import { clean } from "./clean.ts";
import { type Due, type Lapsed, MOST_ATTEMPTS, UPDATE_EVERY } from "./next.ts";
import { CALL_BOUND } from "./outbox.ts";

const FIRST_WAIT: Ms = 1_000;
const LONGEST_WAIT: Ms = 60_000;
/** Whoever asks us to wait longer is given up: the news would be none by then. */
const LONGEST_ASKED: Ms = 900_000;

/** Pure. The intents, before any of them is sent. */
export function intend(doc: Doc<"alert">, due: readonly Due[], lapsed: readonly Lapsed[], now: Ms): Doc<"alert"> {
  const sends: Record<string, Send> = { ...doc.body.sends };
  for (const { channel, content, attempt } of due) {
    const had = sends[channel];
    sends[channel] = {
      state: "intended",
      hash: content,
      receipt: had?.receipt ?? null,
      attempts: attempt,
      retryAt: now + CALL_BOUND,
      reason: had?.reason ?? null,
    };
  }
  for (const { channel, content, reason } of lapsed) {
    const had = sends[channel];
    if (had !== undefined) sends[channel] = { ...had, hash: content, state: "gave-up", retryAt: null, reason };
  }
  return { ...doc, wakeAt: now + CALL_BOUND, body: { ...doc.body, sends } };
}

/**
 * Pure. What a send came to; null where somebody else took it over meanwhile, since ours took too long.
 *
 * @param random 0..1, for jitter
 */
export function applySend(
  doc: Doc<"alert">,
  due: Due,
  result: SendResult,
  now: Ms,
  random: number,
): { readonly doc: Doc<"alert">; readonly send: Send } | null {
  const had = doc.body.sends[due.channel];
  if (had?.state !== "intended" || had.hash !== due.content || had.attempts !== due.attempt) return null;
  const send = after(had, result, now, random);
  return { doc: { ...doc, body: { ...doc.body, sends: { ...doc.body.sends, [due.channel]: send } } }, send };
}

function after(had: Send, result: SendResult, now: Ms, random: number): Send {
  switch (result.is) {
    case "sent":
      // Null would say that nothing was ever sent.
      return { ...had, state: "sent", receipt: result.receipt ?? true, retryAt: now + UPDATE_EVERY, reason: null };
    case "refused":
      return gaveUp(had, result.reason);
    case "retry": {
      if (had.attempts >= MOST_ATTEMPTS) return gaveUp(had, `${result.reason}, ${had.attempts} times`);
      if ((result.after ?? 0) > LONGEST_ASKED) return gaveUp(had, `${result.reason}, and asks for too long a wait`);
      const wait = Math.max(backOff(had.attempts, random), Math.ceil(result.after ?? 0));
      return { ...had, state: "due", retryAt: now + wait, reason: clean(result.reason) };
    }
  }
}

const gaveUp = (had: Send, reason: string): Send => ({
  ...had,
  state: "gave-up",
  retryAt: null,
  reason: clean(reason),
});

/** Doubles from 1 s to 60 s, less up to half of it by chance, so that many do not come back together. */
export const backOff = (attempts: number, random: number): Ms =>
  Math.round(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1)) * (1 - random / 2));
