import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Incident } from "../model/incident.ts";
import type { Params } from "../model/plain.ts";
import type { Signal } from "../model/signal.ts";
import { choose } from "./choose.ts";
import { describe, isAnnouncement, isEnding } from "../signal/says.ts";
import { episodeOf } from "./episode.ts";
import { addSignal, knowsAction, learn } from "./learn.ts";
import { isOvertaken, livesOn } from "./named.ts";
import { OPEN, openIncident } from "./open.ts";

export { incidentKey } from "./open.ts";

export interface Correlated {
  /** Version 0 where the signal opened it; else the version that was known, with what the signal changed. */
  readonly doc: Doc<"incident">;
  /** False for a duplicate: `doc` is unchanged and `entries` is empty. */
  readonly fresh: boolean;
  readonly entries: readonly Entry[];
}

/**
 * Joins the signal to the incident of its subject that it belongs to, or opens the next one. Pure; `known` are the
 * subject's newest incidents. Null: it concerns no incident (a sign of life, or a result, of a subject without one).
 *
 * Episodes are told apart by the signals' own times (see `fits`), so the order of arrival does not matter, as far as
 * can be known. Not knowable, and settled so:
 * - A rebalance recommendation or lifecycle action can precede its end by hours. Until an end of its own was heard, it
 *   is taken for part of the next end that is heard or known, if no launch was heard in between.
 * - A `running` that arrives before any signal of the end that it followed finds no incident and is not remembered:
 *   only distance then parts the two ends.
 * - Two ends within ten minutes of each other, without a launch heard in between, are one.
 * - A signal whose own time could not be read, and that fits no incident at the time of its sending, joins the newest
 *   that is open.
 *
 * Ordinals count in the order of opening: a late signal of an unknown earlier end opens a later ordinal.
 *
 * @param more `pick`: which of the subject's incidents it belongs to, where more is known than the signals' times;
 *   `hints`: what an incident that it opens is to know from the beginning
 */
export function correlate(
  known: readonly Doc<"incident">[],
  signal: Signal,
  now: Ms,
  { pick = choose, hints }: { readonly pick?: typeof choose; readonly hints?: Params | undefined } = {},
): Correlated | null {
  if (signal.kind === "container-instance-change") return null;
  const mine = known.filter(
    ({ body }) => body.subject.type === signal.subject.type && body.subject.id === signal.subject.id,
  );
  const heard = mine.find(({ body }) => body.signals.some((ref) => ref.id === signal.id && ref.kind === signal.kind));
  if (heard !== undefined) return { doc: heard, fresh: false, entries: [] };
  const chosen = pick(mine, signal);
  if (chosen !== null) return join(chosen, signal, now);
  if (!opens(signal)) return null;
  const ordinal = Math.max(0, ...mine.map(({ body }) => body.ordinal)) + 1;
  const doc = openIncident(signal, ordinal, now, hints);
  return { doc, fresh: true, entries: [entry(doc, signal, now)] };
}

function opens(signal: Signal): boolean {
  return isEnding(signal) || isAnnouncement(signal.kind) || signal.kind === "lifecycle-launching";
}

function join(doc: Doc<"incident">, signal: Signal, now: Ms): Correlated {
  const before = doc.body;
  const learnt = learn(before, signal, now);
  const changed = differs(before, learnt, MATERIAL);
  if (!changed && isTwin(before, signal)) return { doc, fresh: false, entries: [] };
  const added = addSignal(learnt, signal);
  const again = before.closedAt !== null && reopens(before, signal);
  const body = again ? reopened(added) : added;
  const novel = changed || !before.signals.some((ref) => ref.kind === signal.kind);
  const due = again || ((novel || isOvertaken(body)) && before.closedAt === null);
  const tags = again
    ? [...doc.tags.filter((tag) => tag !== OPEN && !(body.alerts.length === 0 && tag.startsWith("alert#"))), OPEN]
    : doc.tags;
  const joined = { ...doc, tags, wakeAt: due ? Math.min(doc.wakeAt ?? now, now) : doc.wakeAt, body };
  return { doc: joined, fresh: true, entries: [entry(joined, signal, now)] };
}

/**
 * Open again. What was only watched for and told is of the past, and is looked at and told anew; what was done stays
 * done. Of one that is gone only the answer to its group is left.
 */
function reopened(incident: Incident): Incident {
  const open = { ...incident, closedAt: null, outcome: null };
  const isGone = incident.goneAt !== null && !isOvertaken(incident);
  if (isGone || incident.cancelledAt !== null) return open;
  const lives = livesOn(open);
  return { ...lives, alerts: [], steps: lives.steps.filter(({ responder }) => responder !== "join-alert") };
}

/**
 * Another message of the same thing at the same time. Two states can fall into one second. What the instance saw itself
 * is no twin of AWS's message: that it did see it is worth a line.
 */
function isTwin(incident: Incident, signal: Signal): boolean {
  if (signal.kind === "state-change") return incident.seen?.state === signal.state && incident.seen.at === signal.at;
  const byAgent = signal.source === "agent";
  return incident.signals.some(
    (ref) => ref.kind === signal.kind && ref.at === signal.at && (ref.source === "agent") === byAgent,
  );
}

/**
 * A closed incident absorbs what is late. Three signals bring work all the same: an action of a hook that nobody answered
 * yet, the end of an instance that was only announced to end, and that a group retains an instance that was not seen to go.
 */
function reopens(incident: Incident, signal: Signal): boolean {
  if ("lifecycle" in signal) return !knowsAction(incident, signal.lifecycle);
  if (signal.kind === "termination-result")
    return signal.retained === true && incident.goneAt === null && incident.hints["retainedAt"] === undefined;
  const { firstEnding, launching } = episodeOf(incident);
  return firstEnding === null && !launching && isEnding(signal);
}

/** What planning looks at; the rest only tells episodes apart. */
const MATERIAL = [
  "account",
  "region",
  "availabilityZone",
  "action",
  "deadline",
  "lifecycle",
  "agents",
  "hints",
  "launchedAt",
  "seen",
] as const satisfies readonly (keyof Incident)[];

/** `learn` keeps the identity of what it does not change. */
function differs(a: Incident, b: Incident, fields: readonly (keyof Incident)[]): boolean {
  return fields.some((field) => a[field] !== b[field]);
}

function entry(doc: Doc<"incident">, signal: Signal, now: Ms): Entry {
  const { id, kind, at, timeKnown, source, deadline } = signal;
  const data = { id, kind, at, timeKnown, source, deadline, latency: Math.max(0, now - at) };
  const seen = source === "agent" && kind !== "agent-state" ? " The instance saw it itself." : "";
  return { key: doc.key, at: now, kind: "signal", text: `${describe(signal)}${seen}`, data };
}
