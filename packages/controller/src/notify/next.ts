import type { Ms } from "../clock.ts";
import type { Doc, Send } from "../record/doc.ts";
import type { AlertModel, Detail } from "./alert.ts";
import { CALL_BOUND, contentOf, isOutcome, isOver, isToldOut, LAST_LOOK, type Stage } from "./outbox.ts";

/** A channel is told of changes at most this often; of the outcome at once. */
export const UPDATE_EVERY: Ms = 30_000;
/** Attempts for one content. With the longest back-off that is some 8 minutes, with the longest Retry-After 3 hours. */
export const MOST_ATTEMPTS = 12;
/** Members are looked at this often: sooner while the alert is young. */
const LOOK_FIRST: Ms = 5_000;
const LOOK_LAST: Ms = 60_000;

/** What there is to tell, in short. */
export interface Summary {
  readonly stage: Stage;
  readonly hashes: { readonly [D in Detail]: string };
}

export interface ChannelRef {
  readonly name: string;
  readonly updates: Detail;
}

/** One send that is due. */
export interface Due {
  readonly channel: string;
  readonly phase: AlertModel["phase"];
  readonly content: string;
  /** From 1. */
  readonly attempt: number;
  /** Content of an earlier phase or look that was never sent, and no longer will be. */
  readonly supersedes: string | null;
}

/** A channel that is given up without another attempt. */
export interface Lapsed {
  readonly channel: string;
  readonly content: string;
  readonly reason: string;
}

export interface NextAlert {
  readonly due: readonly Due[];
  readonly lapsed: readonly Lapsed[];
  /** The next look; null: settled. */
  readonly wakeAt: Ms | null;
}

/**
 * Pure. Which sends of an alert are due: receipt when the group wait is over, updates at most every 30 s where the content
 * has changed, the outcome once every member has one. Settles after a last look (see joinAlert).
 *
 * @param now epoch milliseconds
 */
export function nextAlert(doc: Doc<"alert">, summary: Summary, channels: readonly ChannelRef[], now: Ms): NextAlert {
  const { body } = doc;
  if (now < body.flushAt) return { due: [], lapsed: [], wakeAt: body.flushAt };
  const due: Due[] = [];
  const lapsed: Lapsed[] = [];
  const times: Ms[] = [];
  for (const channel of channels) {
    const send = body.sends[channel.name];
    const content = contentOf(summary.stage, summary.hashes[channel.updates]);
    if (send?.state === "intended" && send.attempts >= MOST_ATTEMPTS && (send.retryAt ?? 0) <= now) {
      const reason = `its ${send.attempts} attempts were never heard of again`;
      lapsed.push({ channel: channel.name, content: send.hash, reason });
      continue;
    }
    const turn = turnOf(send, content, now);
    if (turn === "now") due.push(dueOf(channel.name, send, content));
    else if (turn !== "never") times.push(turn);
  }
  if (due.length > 0 || lapsed.length > 0) return { due, lapsed, wakeAt: now + CALL_BOUND };
  if (summary.stage === "open")
    times.push(now + Math.min(LOOK_LAST, Math.max(LOOK_FIRST, Math.round((now - body.openedAt) / 4))));
  if (times.length > 0) return { due, lapsed, wakeAt: Math.min(...times) };
  const strangers = strangersIn(doc, channels, contentOf(summary.stage, summary.hashes.full));
  if (strangers.length > 0) return { due, lapsed: strangers, wakeAt: now + LAST_LOOK };
  return { due, lapsed, wakeAt: lastLook(doc, now) };
}

/** Sends to channels that are configured no more: the alert does not wait for them. */
const strangersIn = (doc: Doc<"alert">, channels: readonly ChannelRef[], content: string): readonly Lapsed[] =>
  Object.entries(doc.body.sends)
    .filter(([name, send]) => !channels.some((one) => one.name === name) && !(isOver(send) && isOutcome(send.hash)))
    .map(([channel]) => ({ channel, content, reason: "the channel is no longer configured" }));

/** Everything is told. Only what is stored as told out, and was looked at once more, may settle. */
function lastLook(doc: Doc<"alert">, now: Ms): Ms | null {
  if (doc.wakeAt === null) return null;
  const closing = isToldOut(doc.body) || Object.keys(doc.body.sends).length === 0;
  if (closing && doc.wakeAt <= now) return null;
  return closing ? Math.min(doc.wakeAt, now + LAST_LOOK) : now + LAST_LOOK;
}

/** When a channel is to be told `content`. */
function turnOf(send: Send | undefined, content: string, now: Ms): "now" | "never" | Ms {
  if (send === undefined) return "now";
  const later = send.retryAt !== null && send.retryAt > now ? send.retryAt : "now";
  switch (send.state) {
    case "intended":
    case "due":
      return later;
    case "sent":
      if (send.hash === content) return "never";
      return isOutcome(content) && !isOutcome(send.hash) ? "now" : later;
    case "gave-up":
      return isOutcome(content) && send.hash !== content ? "now" : "never";
  }
}

function dueOf(channel: string, send: Send | undefined, content: string): Due {
  const phase = isOutcome(content) ? "outcome" : (send?.receipt ?? null) === null ? "receipt" : "update";
  const failing = send !== undefined && !isOver(send);
  // A new stage gets all its attempts; new content of the same one does not, or it would be tried for ever.
  const goesOn = failing && isOutcome(send.hash) === isOutcome(content);
  return {
    channel,
    phase,
    content,
    attempt: goesOn ? send.attempts + 1 : 1,
    supersedes: failing && send.hash !== content ? send.hash : null,
  };
}
