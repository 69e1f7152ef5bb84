import type { Ms } from "../../clock.ts";
import { type BackoffLimits, nextTry } from "../../durable/retry.ts";
import type { Missed, Owed, Send } from "../../model/alert.ts";
import type { SendResult } from "../alert.ts";
import { clean } from "../message/clean.ts";
import { span } from "../message/count.ts";

/** Mail servers that do not know a sender yet want a minute or more; no other message waits for this. */
const OWED_BACKOFF: BackoffLimits = { first: 15_000, longest: 120_000 };

type Sent = Extract<SendResult, { is: "sent" }>;

export interface OwedUntil {
  readonly now: Ms;
  /** 0..1, for jitter. */
  readonly random: number;
  readonly giveUpAfter: Ms;
}

/** Returns what a channel still owes to some of its recipients; null if a message reached all of them, or never will. */
export const owedOf = (send: Pick<Send, "missed"> | undefined): Owed | null => send?.missed?.owed ?? null;

/** Whether a send of this content would only be for the recipients that have not got it. */
export const isForOwed = (send: Send | undefined, content: string): boolean =>
  owedOf(send) !== null && send?.hash === content;

/** Returns the recipients that a message missed which was just sent to all; undefined if it missed none. Pure. */
export const missedBy = ({ missed }: Sent, until: OwedUntil): Missed | undefined =>
  missed === undefined ? undefined : settle(missed.final, missed.owed, null, until);

/** Returns the recipients that are still missed after another attempt for those who are owed. Pure. */
export function stillMissed(
  { final, owed }: Missed & { readonly owed: Owed },
  result: SendResult,
  until: OwedUntil,
): Missed | undefined {
  switch (result.is) {
    case "sent":
      return settle(both(final, result.missed?.final ?? null), result.missed?.owed ?? null, owed, until);
    case "retry":
      return settle(final, owed, owed, until);
    case "refused":
      return { final: both(final, clean(`${owed.reason}; ${result.reason}`)), owed: null };
  }
}

/** Gives up what is owed, because its channel takes no more messages in time. */
export const abandonOwed = ({ final, owed }: Missed, reason: string): Missed => ({
  final: owed === null ? final : both(final, clean(`${owed.reason}; ${reason}`)),
  owed: null,
});

/** "lead@example.com (550)", for the timeline; empty if everybody got the message. */
export function missedText({ missed }: Pick<Send, "missed">): string {
  const final = missed?.final ?? null;
  const owed = missed?.owed ?? null;
  return `${final === null ? "" : `; it did not reach ${final}`}${owed === null ? "" : `; not yet to ${owed.reason}`}`;
}

function settle(
  final: string | null,
  later: Pick<Owed, "to" | "reason"> | null,
  had: Owed | null,
  { now, random, giveUpAfter }: OwedUntil,
): Missed | undefined {
  if (later === null) return final === null ? undefined : { final: clean(final), owed: null };
  const since = had?.since ?? now;
  const tries = (had?.tries ?? 0) + 1;
  const failed = { at: now, tries, notBefore: null, endsAt: since + giveUpAfter };
  const retryAt = nextTry(failed, OWED_BACKOFF, random);
  const { to } = later;
  const reason = clean(later.reason);
  if (retryAt === null) return { final: both(final, `${reason}, for ${span((now - since) / 1_000)}`), owed: null };
  return { final, owed: { to, reason, since, tries, retryAt } };
}

const both = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? (a ?? b) : `${a}, ${b}`;
