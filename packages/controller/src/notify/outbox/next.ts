import type { Ms } from "../../clock.ts";
import type { Doc } from "../../model/doc.ts";
import type { Send } from "../../model/alert.ts";
import type { AlertModel, Detail } from "../alert.ts";
import { span } from "../message/count.ts";
import { owedOf } from "./missed.ts";
import {
  contentOf,
  isOutcome,
  isEnded,
  isOver,
  isFullyDelivered,
  LAST_EVALUATION_DELAY,
  SEND_TAKES,
  type Stage,
} from "./outbox.ts";
import type { Route } from "../route.ts";

/** Interval of evaluations: shorter while the alert is new. */
const FIRST_INTERVAL: Ms = 5_000;
const LAST_INTERVAL: Ms = 60_000;

/** Hashes of the alert's content, one per detail level. */
export interface Summary {
  readonly stage: Stage;
  readonly hashes: { readonly [D in Detail]: string };
}

export interface ChannelRef {
  readonly name: string;
  readonly updates: Detail;
  /** Earliest time at which its rate limit and circuit breaker allow a send (channel-limits.ts). */
  readonly freeAt: Ms;
  /** Digest of the lines about failed channels that it gets; empty for none. */
  readonly elsewhere: string;
  /** When the message is of no use any more, because another channel can be told in time; null means never. */
  readonly usefulUntil: Ms | null;
}

/** One send that is due. */
export interface Due {
  readonly channel: string;
  readonly phase: AlertModel["phase"];
  readonly content: string;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Hash of earlier content that was never sent, and is replaced by this send. */
  readonly supersedes: string | null;
  readonly usefulUntil: Ms | null;
}

/** A send that is given up without another attempt. */
export interface Lapsed {
  readonly channel: string;
  readonly content: string;
  readonly reason: string;
}

export interface NextAlert {
  readonly due: readonly Due[];
  readonly lapsed: readonly Lapsed[];
  /** When the alert is evaluated next; null means settled. */
  readonly wakeAt: Ms | null;
}

/**
 * Determines the due sends of an alert. Pure. The receipt is due after the group wait, updates if the content has
 * changed (as often as the route allows), the outcome once every member has one. Settles after a last evaluation (see
 * joinAlert).
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
    const since = triedSince(send, body.flushAt, now);
    const reason = giveUpReason(send, channel.freeAt > now, now - since, route.giveUpAfter);
    const late = tooLate(send, channel, now, since + route.giveUpAfter);
    if (reason !== null) lapsed.push({ channel: channel.name, content: send?.hash ?? content, reason });
    else if (late !== null) lapsed.push({ channel: channel.name, content, reason: late });
    else if (channel.freeAt > now) times.push(channel.freeAt);
    else due.push({ ...dueOf(channel.name, send, content), usefulUntil: channel.usefulUntil });
  }
  if (due.length > 0 || lapsed.length > 0) return { due, lapsed, wakeAt: now + SEND_TAKES };
  if (summary.stage === "open") times.push(nextEvaluation(body.openedAt, now));
  if (times.length > 0) return { due, lapsed, wakeAt: Math.min(...times) };
  const strangers = removedChannels(doc, channels, contentOf(summary.stage, summary.hashes.full));
  if (strangers.length > 0) return { due, lapsed: strangers, wakeAt: now + LAST_EVALUATION_DELAY };
  return { due, lapsed, wakeAt: lastEvaluation(doc, now) };
}

/** Returns when an open alert is evaluated next. */
export const nextEvaluation = (openedAt: Ms, now: Ms): Ms =>
  now + Math.min(LAST_INTERVAL, Math.max(FIRST_INTERVAL, Math.round((now - openedAt) / 4)));

/** Returns since when the due send could not be delivered. */
function triedSince(send: Send | undefined, flushAt: Ms, now: Ms): Ms {
  if (send === undefined) return flushAt;
  return isOver(send) ? now : (send.since ?? now);
}

/**
 * Returns why a send is given up at once, although it was not tried: its channel takes messages again only when it is too
 * late. Others can be told instead. Null if it is not.
 */
function tooLate(send: Send | undefined, { freeAt, usefulUntil }: ChannelRef, now: Ms, giveUpAt: Ms): string | null {
  if (freeAt <= now) return null;
  const failed = send === undefined || isOver(send) || send.reason === null ? "" : `${send.reason}; `;
  const wait = `${failed}it takes no messages for ${span((freeAt - now) / 1_000)}`;
  if (freeAt > giveUpAt) return `${wait}, which is after giveUpAfter`;
  return usefulUntil !== null && usefulUntil > now && freeAt > usefulUntil
    ? `${wait}, which is after the deadline`
    : null;
}

/**
 * Returns why a send is given up without another attempt; null if it is not. After a restart there is always one more
 * attempt.
 */
function giveUpReason(send: Send | undefined, blocked: boolean, age: Ms, giveUpAfter: Ms): string | null {
  if (age <= giveUpAfter) return null;
  if (blocked) return `${send?.reason ?? "other alerts could not be sent to it either"}, for ${span(age / 1_000)}`;
  return send?.state === "intended" && send.attempts > 1
    ? `its ${send.attempts} attempts were never heard of again`
    : null;
}

/** Returns sends to channels that are no longer configured, so that the alert does not wait for them. */
const removedChannels = (doc: Doc<"alert">, channels: readonly ChannelRef[], content: string): readonly Lapsed[] =>
  Object.entries(doc.body.sends)
    .filter(([name, send]) => !channels.some((one) => one.name === name) && !isEnded(send))
    .map(([channel]) => ({ channel, content, reason: "the channel is no longer configured" }));

/**
 * Returns when a completely delivered alert is evaluated the last time; null means it settles. It settles only if its
 * completion is stored and it was evaluated once more since.
 */
function lastEvaluation(doc: Doc<"alert">, now: Ms): Ms | null {
  if (doc.wakeAt === null) return null;
  const closing = isFullyDelivered(doc.body) || Object.keys(doc.body.sends).length === 0;
  if (closing && doc.wakeAt <= now) return null;
  return closing ? Math.min(doc.wakeAt, now + LAST_EVALUATION_DELAY) : now + LAST_EVALUATION_DELAY;
}

/** Returns when `content` is due on a channel. */
function turnOf(send: Send | undefined, content: string, now: Ms, repeatEvery: Ms | null): "now" | "never" | Ms {
  if (send === undefined) return "now";
  const owed = owedOf(send);
  if (owed !== null && send.state === "sent" && send.hash === content) return owed.retryAt > now ? owed.retryAt : "now";
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

/** Returns when an open alert is repeated. */
function repeatOf({ since }: Send, now: Ms, repeatEvery: Ms | null): "now" | "never" | Ms {
  if (repeatEvery === null) return "never";
  const at = (since ?? now) + repeatEvery;
  return at > now ? at : "now";
}

function dueOf(channel: string, send: Send | undefined, content: string): Omit<Due, "usefulUntil"> {
  const phase = isOutcome(content) ? "outcome" : (send?.receipt ?? null) === null ? "receipt" : "update";
  const failing = send !== undefined && !isOver(send);
  // A new stage starts again at attempt 1; new content of the same stage does not, so that attempts stay limited.
  const goesOn = failing && isOutcome(send.hash) === isOutcome(content);
  return {
    channel,
    phase,
    content,
    attempt: goesOn ? send.attempts + 1 : 1,
    supersedes: failing && send.hash !== content ? send.hash : null,
  };
}
