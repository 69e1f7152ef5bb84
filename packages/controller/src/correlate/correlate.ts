import type { Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Incident } from "../model/incident.ts";
import type { Params } from "../model/plain.ts";
import type { Signal } from "../model/signal.ts";
import { choose } from "./choose.ts";
import { describe, isAnnouncement, isEnding, isWarning } from "../signal/kind-queries.ts";
import { episodeOf } from "./episode.ts";
import { addSignal, hasAction, applySignal } from "./apply-signal.ts";
import { isGoneDisproved, resetGone } from "./stale-reads.ts";
import { isUnreported, reportAgain } from "./report-again.ts";
import { OPEN, openIncident } from "./open.ts";

export { incidentKey } from "./open.ts";

export interface Correlated {
  /**
   * The incident with the changes of the signal; version 0 if the signal opened it, else the version that was loaded.
   */
  readonly doc: Doc<"incident">;
  /** False for a duplicate: `doc` is unchanged and `entries` is empty. */
  readonly fresh: boolean;
  readonly entries: readonly Entry[];
}

/**
 * Joins the signal to the right incident of its subject, or opens the next one. Pure; `known` are the subject's newest
 * incidents. Returns null if the signal concerns no incident (a state "runs", or a result, of a subject without one).
 *
 * Episodes are separated by the signals' own times (see `fits`), so the order of arrival does not matter where the
 * times are clear. Rules where they are not:
 * - A rebalance recommendation or lifecycle action can precede its end by hours. Until a signal of its own end arrives,
 *   it counts as part of the next end, if no launch lies in between.
 * - A `running` that arrives before any signal of the preceding end finds no incident and is not stored; then only the
 *   time between two ends separates them.
 * - Two ends within ten minutes, without a launch in between, are one.
 * - A signal whose own time cannot be parsed, and that fits no incident at the time of its sending, joins the newest
 *   open incident.
 *
 * Ordinals count in the order of opening: a late signal of an unknown earlier end gets a higher ordinal.
 *
 * @param more `pick`: chooses the subject's incident, if more is known than the signals' times; `hints`: initial hints
 *   of an incident that the signal opens
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
  const updated = applySignal(before, signal, now);
  const changed = differs(before, updated, PLANNING_FIELDS);
  if (!changed && isDuplicateContent(before, signal)) return { doc, fresh: false, entries: [] };
  const added = addSignal(updated, signal);
  const again = before.closedAt !== null && reopens(before, signal);
  const isNewKind = !hasKind(before, signal);
  const isOpen = before.closedAt === null || again;
  const heard = isNewKind && isOpen ? reportAgain(added, now) : added;
  const body = again ? reopened(heard) : heard;
  const novel = changed || isNewKind;
  const due = again || ((novel || isGoneDisproved(body)) && before.closedAt === null);
  const tags = again
    ? [...doc.tags.filter((tag) => tag !== OPEN && !(body.alerts.length === 0 && tag.startsWith("alert#"))), OPEN]
    : doc.tags;
  const joined = { ...doc, tags, wakeAt: due ? Math.min(doc.wakeAt ?? now, now) : doc.wakeAt, body };
  return { doc: joined, fresh: true, entries: [entry(joined, signal, now)] };
}

/**
 * Opens a closed incident again. Observations and alerts are removed and made again; effects stay. Of an instance that
 * is gone, only the answer to its group's hook is left to do.
 */
function reopened(incident: Incident): Incident {
  const open = { ...incident, closedAt: null, outcome: null };
  const isGone = incident.goneAt !== null && !isGoneDisproved(incident);
  if (isGone || incident.cancelledAt !== null) return open;
  const lives = resetGone(open);
  return { ...lives, alerts: [], steps: lives.steps.filter(({ responder }) => responder !== "join-alert") };
}

/**
 * Whether the incident has an equal signal already: same kind and time (and same state, since two states can fall into
 * one second). A signal of the agent does not count as equal to AWS's: the timeline shows both.
 */
function isDuplicateContent(incident: Incident, signal: Signal): boolean {
  if (signal.kind === "state-change") return incident.seen?.state === signal.state && incident.seen.at === signal.at;
  const byAgent = signal.source === "agent";
  return incident.signals.some(
    (ref) => ref.kind === signal.kind && ref.at === signal.at && (ref.source === "agent") === byAgent,
  );
}

/**
 * Whether the signal opens a closed incident again. Most late signals do not. Four do: a lifecycle action that is not
 * answered yet, the end of an instance that was only announced to end, the message that a group retains an instance that
 * was not seen to go, and the warning of an end that was not reported because nothing warned of it.
 */
function reopens(incident: Incident, signal: Signal): boolean {
  if ("lifecycle" in signal) return !hasAction(incident, signal.lifecycle);
  if (signal.kind === "termination-result")
    return signal.retained === true && incident.goneAt === null && incident.hints["retainedAt"] === undefined;
  if (isWarning(signal.kind) && !hasKind(incident, signal) && isUnreported(incident)) return true;
  const { firstEnding, launching } = episodeOf(incident);
  return firstEnding === null && !launching && isEnding(signal);
}

const hasKind = ({ signals }: Incident, { kind }: Signal): boolean => signals.some((ref) => ref.kind === kind);

/** The fields that planning reads; the others only separate episodes. */
const PLANNING_FIELDS = [
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

/** Compares fields by identity, which `applySignal` keeps for unchanged fields. */
function differs(a: Incident, b: Incident, fields: readonly (keyof Incident)[]): boolean {
  return fields.some((field) => a[field] !== b[field]);
}

function entry(doc: Doc<"incident">, signal: Signal, now: Ms): Entry {
  const { id, kind, at, timeKnown, source, deadline } = signal;
  const data = { id, kind, at, timeKnown, source, deadline, latency: Math.max(0, now - at) };
  const seen = source === "agent" && kind !== "agent-state" ? " The instance saw it itself." : "";
  return { key: doc.key, at: now, kind: "signal", text: `${describe(signal)}${seen}`, data };
}
