import type { Ms } from "../../clock.ts";
import type { Alert, StoredSuppression } from "../../model/alert.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import { plural } from "../message/count.ts";
import type { MemberSource } from "../message/member.ts";
import type { Suppression } from "./stage.ts";

/** Bound of reasons in the document. */
const MOST_REASONS = 8;

export interface Noted {
  readonly held: readonly StoredSuppression[];
  /** Entries for the alert's journal, one for each change. */
  readonly entries: readonly Entry[];
  /** Entries for the timelines of its incidents, one for each incident and reason. */
  readonly ofMembers: readonly Entry[];
  /** New reasons, which are counted in metrics. */
  readonly fresh: readonly string[];
}

/**
 * Makes the journal entries for the reasons of a suppressed alert. Pure. A member gets an entry if the reason is new,
 * if it joined since, or if its look-up ended since; so no state is needed for each of a thousand members.
 */
export function journalSuppressions(doc: Doc<"alert">, withheld: readonly Suppression[], now: Ms): Noted {
  const held: StoredSuppression[] = [];
  const entries: Entry[] = [];
  const ofMembers: Entry[] = [];
  const fresh: string[] = [];
  for (const one of withheld.slice(0, MOST_REASONS)) {
    const { code, text, channel, members } = one;
    const had = doc.body.withheld.find((other) => sameReason(other, one));
    const news = members.filter(({ doc: member }) => had === undefined || newsAt(member, doc) > had.at);
    if (had === undefined) {
      fresh.push(code);
      const line = `${channel === null ? "" : `${channel}: `}${plural(members.length, "incident")} not told of: ${text}`;
      entries.push(entry(doc.key, now, line, { reason: code, channel, members: members.length }));
    }
    ofMembers.push(...news.map((member) => memberEntry(member, doc, one, now)));
    held.push({ code, text, channel, at: had === undefined || news.length > 0 ? now : had.at });
  }
  const over = doc.body.withheld.filter((had) => !withheld.some((one) => sameReason(had, one)));
  entries.push(
    ...over.map(({ code, text, channel }) => entry(doc.key, now, `no longer: ${text}`, { reason: code, channel })),
  );
  return { held, entries, ofMembers, fresh };
}

const sameReason = (
  a: Pick<StoredSuppression, "code" | "text" | "channel">,
  b: Pick<StoredSuppression, "code" | "text" | "channel">,
): boolean => a.code === b.code && a.text === b.text && a.channel === b.channel;

/**
 * Returns since when a reason can apply to a member: since it joined, or since its look-up, for which a matcher may
 * have waited.
 */
function newsAt({ body }: Doc<"incident">, alert: Doc<"alert">): Ms {
  const joined = body.alerts.find(({ key }) => key === alert.key)?.at ?? 0;
  const lookedUp = body.steps.map(({ responder, settledAt }) => (responder === "look-up" ? (settledAt ?? 0) : 0));
  return Math.max(joined, ...lookedUp);
}

function memberEntry({ doc }: MemberSource, alert: Doc<"alert">, { code, text, channel }: Suppression, at: Ms): Entry {
  const where = channel === null ? "nobody is told" : `${channel} is not told`;
  return {
    key: doc.key,
    at,
    kind: "alert",
    text: `${where}: ${text}`,
    data: { reason: code, alert: alert.key, channel },
  };
}

const entry = (key: string, at: Ms, text: string, data: Entry["data"]): Entry => ({
  key,
  at,
  kind: "alert",
  text,
  data,
});

/** Whether two lists of suppressions are equal. */
export const equalSuppressions = (a: Alert["withheld"], b: Alert["withheld"]): boolean =>
  a.length === b.length && a.every((one, place) => one.at === b[place]?.at && sameReason(one, b[place]));
