import type { Ms } from "../../clock.ts";
import type { Alert, Held } from "../../model/alert.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import { plural } from "../message/count.ts";
import type { Told } from "../message/member.ts";
import type { Withheld } from "./stage.ts";

/** A document is at most 8 kB; more reasons at once than anybody has. */
const MOST_REASONS = 8;

export interface Noted {
  readonly held: readonly Held[];
  /** For the alert's own journal, once for each change. */
  readonly entries: readonly Entry[];
  /** For the timelines of its incidents, once for each of them and reason. */
  readonly ofMembers: readonly Entry[];
  /** Reasons that are new: they are counted. */
  readonly fresh: readonly string[];
}

/**
 * Pure. What is put down of reasons for which people are not told. A member has its line when the reason is new, or when
 * it has joined since, or more was learnt of it since; so nothing is kept of each of a thousand members.
 */
export function noteWithheld(doc: Doc<"alert">, withheld: readonly Withheld[], now: Ms): Noted {
  const held: Held[] = [];
  const entries: Entry[] = [];
  const ofMembers: Entry[] = [];
  const fresh: string[] = [];
  for (const one of withheld.slice(0, MOST_REASONS)) {
    const { code, text, channel, members } = one;
    const had = doc.body.withheld.find((other) => sameReason(other, one));
    const news = members.filter(({ doc: member }) => had === undefined || newsAt(member, doc) > had.at);
    if (had === undefined) {
      fresh.push(code);
      const told = `${channel === null ? "" : `${channel}: `}${plural(members.length, "incident")} not told of: ${text}`;
      entries.push(entry(doc.key, now, told, { reason: code, channel, members: members.length }));
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

const sameReason = (a: Pick<Held, "code" | "text" | "channel">, b: Pick<Held, "code" | "text" | "channel">): boolean =>
  a.code === b.code && a.text === b.text && a.channel === b.channel;

/** When a reason could first be its own: since it joined, or since it was looked up, which a matcher may have waited for. */
function newsAt({ body }: Doc<"incident">, alert: Doc<"alert">): Ms {
  const joined = body.alerts.find(({ key }) => key === alert.key)?.at ?? 0;
  const lookedUp = body.steps.map(({ responder, settledAt }) => (responder === "look-up" ? (settledAt ?? 0) : 0));
  return Math.max(joined, ...lookedUp);
}

function memberEntry({ doc }: Told, alert: Doc<"alert">, { code, text, channel }: Withheld, at: Ms): Entry {
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

/** Whether a look leaves the document as it was. */
export const sameHeld = (a: Alert["withheld"], b: Alert["withheld"]): boolean =>
  a.length === b.length && a.every((one, place) => one.at === b[place]?.at && sameReason(one, b[place]));
