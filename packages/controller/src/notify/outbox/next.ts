import type { Ms } from "../../clock.ts";
import type { Doc } from "../../model/doc.ts";
import type { Send } from "../../model/alert.ts";
import type { AlertModel, Detail } from "../alert.ts";
import { span } from "../message/count.ts";
import { CALL_BOUND, contentOf, isOutcome, isOver, isToldOut, LAST_LOOK, type Stage } from "./outbox.ts";
import type { Route } from "../route.ts";

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
  /** Its rate limit and its circuit let nothing through before (gate.ts). */
  readonly freeAt: Ms;
  /** Digest of what it is told of channels that failed; empty for nothing. */
  readonly elsewhere: string;
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
 * Pure. Which sends of an alert are due: receipt when the group wait is over, updates where the content has changed, as
 * often as its route says, the outcome once every member has one. Settles after a last look (see joinAlert).
 *
 * @param now epoch milliseconds
 */
export function nextAlert(
  doc: Doc<"alert">,
  summary: Summary,
  channels: readonly ChannelRef[],
  now: Ms,
  route: Pick<Route, "repeatEvery" | "giveUpAfter">,
): NextAlert {
  const { body } = doc;
  if (now < body.flushAt) return { due: [], lapsed: [], wakeAt: body.flushAt };
  const due: Due[] = [];
  const lapsed: Lapsed[] = [];
  const times: Ms[] = [];
  for (const channel of channels) {
    const send = body.sends[channel.name];
    const hash = `${summary.hashes[channel.updates]}${channel.elsewhere}`;
    const content = contentOf(summary.stage, hash);
    const turn = turnOf(send, content, now, route.repeatEvery);
    if (turn === "never") continue;
    if (turn !== "now") {
      times.push(turn);
      continue;
    }
    const reason = hopeless(send, channel.freeAt > now, now - triedSince(send, body.flushAt, now), route.giveUpAfter);
    if (reason !== null) lapsed.push({ channel: channel.name, content: send?.hash ?? content, reason });
    else if (channel.freeAt > now) times.push(channel.freeAt);
    else due.push(dueOf(channel.name, send, content));
  }
  if (due.length > 0 || lapsed.length > 0) return { due, lapsed, wakeAt: now + CALL_BOUND };
  if (summary.stage === "open") times.push(lookAgain(body.openedAt, now));
  if (times.length > 0) return { due, lapsed, wakeAt: Math.min(...times) };
  const strangers = strangersIn(doc, channels, contentOf(summary.stage, summary.hashes.full));
  if (strangers.length > 0) return { due, lapsed: strangers, wakeAt: now + LAST_LOOK };
  return { due, lapsed, wakeAt: lastLook(doc, now) };
}

/** When the members of an open alert are looked at next. */
export const lookAgain = (openedAt: Ms, now: Ms): Ms =>
  now + Math.min(LOOK_LAST, Math.max(LOOK_FIRST, Math.round((now - openedAt) / 4)));

/** Since when what is due now could not be sent. */
function triedSince(send: Send | undefined, flushAt: Ms, now: Ms): Ms {
  if (send === undefined) return flushAt;
  return isOver(send) ? now : (send.since ?? now);
}

/** Why a send is given up without another attempt; null where it is not. After a restart there is always one more. */
function hopeless(send: Send | undefined, blocked: boolean, age: Ms, giveUpAfter: Ms): string | null {
  if (age <= giveUpAfter) return null;
  if (blocked) return `${send?.reason ?? "other alerts could not be sent to it either"}, for ${span(age / 1_000)}`;
  return send?.state === "intended" && send.attempts > 1
    ? `its ${send.attempts} attempts were never heard of again`
    : null;
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
function turnOf(send: Send | undefined, content: string, now: Ms, repeatEvery: Ms | null): "now" | "never" | Ms {
  if (send === undefined) return "now";
  const later = send.retryAt !== null && send.retryAt > now ? send.retryAt : "now";
  switch (send.state) {
    case "intended":
    case "due":
      return later;
    case "sent":
      if (send.hash === content) return isOutcome(content) ? "never" : repeatOf(send, now, repeatEvery);
      return isOutcome(content) && !isOutcome(send.hash) ? "now" : later;
    case "gave-up":
      return isOutcome(content) && send.hash !== content ? "now" : "never";
  }
}

/** When an alert that is still open is told again as it was. */
function repeatOf({ since }: Send, now: Ms, repeatEvery: Ms | null): "now" | "never" | Ms {
  if (repeatEvery === null) return "never";
  const at = (since ?? now) + repeatEvery;
  return at > now ? at : "now";
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
