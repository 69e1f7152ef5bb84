import type { Ms } from "../../clock.ts";
import { intend as intended } from "../../durable/intent.ts";
import { type BackoffLimits, nextTry } from "../../durable/retry.ts";
import type { Doc } from "../../model/doc.ts";
import type { AlertLevel, Send } from "../../model/alert.ts";
import type { SendResult } from "../alert.ts";
import { clean } from "../message/clean.ts";
import { span } from "../message/count.ts";
import { levelAfter } from "./level.ts";
import { abandonOwed, isForOwed, missedBy, owedOf, stillMissed } from "./missed.ts";
import type { Due, Lapsed } from "./next.ts";
import { LONGEST_REST, SEND_BACKOFF, SEND_TAKES } from "./outbox.ts";
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
    const known = sends[channel];
    const forOwed = isForOwed(known, content);
    const had = forOwed ? known : withoutMissed(known);
    const since = attempt === 1 && !forOwed ? now : (had?.since ?? now);
    sends[channel] = intended({ ...UNTRIED, ...had, hash: content, attempts: attempt, since }, now, SEND_TAKES);
  }
  for (const { channel, content, reason } of lapsed) {
    const known = sends[channel];
    sends[channel] =
      known?.missed !== undefined && isForOwed(known, content)
        ? { ...known, state: "sent", retryAt: null, missed: abandonOwed(known.missed, reason) }
        : { ...UNTRIED, ...withoutMissed(known), hash: content, state: "gave-up", retryAt: null, reason };
  }
  return { ...doc, wakeAt: now + SEND_TAKES, body: { ...doc.body, sends } };
}

/** What was owed of earlier content is not owed any more: everybody gets the newer. */
function withoutMissed(send: Send | undefined): Omit<Send, "missed"> | undefined {
  if (send === undefined) return undefined;
  const { missed: _, ...rest } = send;
  return rest;
}

/** When a result came, and what else decides what follows. */
export interface Circumstances {
  readonly now: Ms;
  /** 0..1, for jitter. */
  readonly random: number;
  readonly route: Pick<Route, "updateEvery" | "giveUpAfter">;
  /** What the message reports. */
  readonly level: AlertLevel;
  /** Another channel can be expected to deliver it in time: then this one need not wait for long. */
  readonly othersCan: boolean;
}

/**
 * Applies the result of a send. Pure. Returns null if another worker has taken over the send since, because this one
 * took too long. A service that asks for a pause until after the end of the message's use is given up at once, so that
 * another channel is told.
 */
export function applySend(
  doc: Doc<"alert">,
  due: Due,
  result: SendResult,
  circumstances: Circumstances,
): { readonly doc: Doc<"alert">; readonly send: Send } | null {
  const had = doc.body.sends[due.channel];
  if (had?.state !== "intended" || had.hash !== due.content || had.attempts !== due.attempt) return null;
  const send = after(had, result, due, circumstances);
  return { doc: { ...doc, body: { ...doc.body, sends: { ...doc.body.sends, [due.channel]: send } } }, send };
}

function after(
  had: Send,
  result: SendResult,
  { usefulUntil }: Due,
  { now, random, route, level, othersCan }: Circumstances,
): Send {
  const until = { now, random, giveUpAfter: route.giveUpAfter };
  const { missed: missedBefore, ...rest } = had;
  const { eased: _, ...sentAnew } = rest;
  const owed = owedOf(had);
  if (missedBefore !== undefined && owed !== null) {
    // The others have got the message, whatever comes of this attempt.
    const missed = stillMissed({ ...missedBefore, owed }, result, until);
    const sent = { ...rest, state: "sent", retryAt: (had.since ?? now) + route.updateEvery, reason: null } as const;
    return missed === undefined ? sent : { ...sent, missed };
  }
  switch (result.is) {
    case "sent": {
      const missed = missedBy(result, until);
      // Not null, which means that nothing was ever sent.
      return {
        ...sentAnew,
        ...(missed === undefined ? {} : { missed }),
        state: "sent",
        receipt: result.receipt ?? true,
        retryAt: now + route.updateEvery,
        since: now,
        reason: null,
        sentCount: (had.sentCount ?? 0) + 1,
        ...levelAfter(level, had, now),
      };
    }
    case "refused":
      return gaveUp(had, result.reason);
    case "retry": {
      const since = had.since ?? now;
      const followed = Math.min(result.after ?? 0, LONGEST_REST);
      const pause = othersCan ? (result.after ?? 0) : followed;
      const endsAt = Math.min(since + route.giveUpAfter, endOfUse(othersCan ? usefulUntil : null, now, pause));
      const notBefore = now + followed;
      const retryAt =
        now + pause > endsAt
          ? null
          : nextTry({ at: now, tries: had.attempts, notBefore, endsAt }, limitsOf(result.mostTries), random);
      if (retryAt === null) return gaveUp(had, `${result.reason}, for ${span((now - since) / 1_000)}`);
      return { ...had, state: "due", retryAt, reason: clean(result.reason) };
    }
  }
}

const limitsOf = (mostTries: number | undefined): BackoffLimits =>
  mostTries === undefined ? SEND_BACKOFF : { ...SEND_BACKOFF, mostTries };

/** Returns until when it is worth to wait: our own pauses are short, but a service may ask for a long one. */
const endOfUse = (usefulUntil: Ms | null, now: Ms, pause: Ms): Ms =>
  usefulUntil === null || usefulUntil <= now || pause === 0 ? Infinity : usefulUntil;

const gaveUp = (had: Send, reason: string): Send => ({
  ...had,
  state: "gave-up",
  retryAt: null,
  reason: clean(reason),
});
