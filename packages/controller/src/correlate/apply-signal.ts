import type { Ms } from "../clock.ts";
import type { Incident, PendingAction, SignalRef } from "../model/incident.ts";
import type { Params, Plain } from "../model/plain.ts";
import { addAgentState } from "../signal/agents.ts";
import type { LifecycleAction, Signal } from "../model/signal.ts";
import { isEnding, isLife, isWarning } from "../signal/kind-queries.ts";
import { rankOf } from "../signal/states.ts";
import { episodeOf } from "./episode.ts";
import { TOLERANCE } from "./fits.ts";
import { reservedHints, scheduledHints } from "./scheduled.ts";

/** Bound of signals in a document (at most 8 kB); one interruption has about four signals and their duplicates. */
const MOST_SIGNALS = 24;
/** Bound of lifecycle actions. AWS allows more hooks per group, but groups have only a few for one transition. */
const MOST_ACTIONS = 12;
const LONGEST_METADATA = 256;

/**
 * How long after an announcement a `running` still belongs to the launch before it: bare metal takes minutes (assumed).
 */
const SLOW_LAUNCH: Ms = 600_000;

/**
 * Adds the facts of a signal to an incident. The order of signals does not matter: missing fields are filled, and of
 * times the earliest or latest is kept.
 */
export function applySignal(incident: Incident, signal: Signal, now: Ms): Incident {
  const hints = hintsOf(incident, signal);
  return {
    ...incident,
    account: incident.account ?? signal.account,
    region: incident.region ?? signal.region,
    availabilityZone: incident.availabilityZone ?? signal.availabilityZone,
    action: incident.action ?? signal.action,
    deadline: deadlineOf(incident, signal, hints),
    lifecycle: "lifecycle" in signal ? addAction(incident.lifecycle, signal, now) : incident.lifecycle,
    agents: addAgentState(incident.agents, signal),
    hints,
    firstEndingAt: isEnding(signal) ? Math.min(incident.firstEndingAt ?? signal.at, signal.at) : incident.firstEndingAt,
    lastWarningAt: isWarning(signal.kind)
      ? Math.max(incident.lastWarningAt ?? signal.at, signal.at)
      : incident.lastWarningAt,
    launchedAt: launchedAt(incident, signal),
    seen: seenOf(incident, signal),
  };
}

/** Adds the reference to the signal. The newest by event time are kept, since those separate episodes. */
export function addSignal(incident: Incident, signal: Signal): Incident {
  const { id, kind, at, receivedAt, source } = signal;
  const signals = [...incident.signals, { id, kind, at, receivedAt, source } satisfies SignalRef].toSorted(
    (a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
  return { ...incident, signals: signals.slice(-MOST_SIGNALS), signalCount: incident.signalCount + 1 };
}

/**
 * Returns the deadline after the signal. Of warnings the earliest counts, so that a duplicate some seconds later does
 * not move it. A scheduled change counts while there is no warning, and follows when it is postponed. Lifecycle actions
 * have no deadline.
 */
function deadlineOf(incident: Incident, signal: Signal, hints: Params): Ms | null {
  if (isWarning(signal.kind)) {
    if (incident.lastWarningAt === null || incident.deadline === null) return signal.deadline ?? incident.deadline;
    return Math.min(incident.deadline, signal.deadline ?? incident.deadline);
  }
  if (
    (signal.kind !== "scheduled-change" && signal.kind !== "capacity-block-expiration") ||
    incident.lastWarningAt !== null
  )
    return incident.deadline;
  const { startsAt, calledOff } = hints;
  if (calledOff === true) return null;
  return typeof startsAt === "number" ? startsAt : incident.deadline;
}

function hintsOf(incident: Incident, signal: Signal): Params {
  switch (signal.kind) {
    case "fargate-spot-stop": {
      const { clusterArn, service, privateAddresses, stoppedReason } = signal;
      return fill(incident.hints, { clusterArn, service, privateAddresses, stoppedReason });
    }
    case "scheduled-change":
      return scheduledHints(incident, signal);
    case "capacity-block-expiration":
      return reservedHints(incident, signal);
    case "launch-result":
      return fill(incident.hints, { group: signal.group });
    case "termination-result":
      return fill(incident.hints, { group: signal.group, retainedAt: signal.retained === true ? signal.at : null });
    case "fleet-change": {
      const { fleet, change } = signal;
      const ends = change === "termination_notified" ? { fleetEnds: true } : {};
      return fill(incident.hints, { fleet: fleet.id, ...ends });
    }
    case "lifecycle-terminating":
    case "lifecycle-launching":
      return fill(incident.hints, { group: signal.lifecycle.group });
    case "spot-interruption":
    case "rebalance":
    case "state-change":
    case "capacity-reservation-interruption":
    case "container-instance-change":
    case "notice-withdrawn":
      return incident.hints;
    case "agent-state":
      return isEnding(signal) ? fill(incident.hints, { groupEnds: true }) : incident.hints;
  }
}

function fill(hints: Params, more: { readonly [key: string]: Plain }): Params {
  const missing = Object.entries(more).filter(([key, value]) => value !== null && (hints[key] ?? null) === null);
  return missing.length === 0 ? hints : { ...hints, ...Object.fromEntries(missing) };
}

/**
 * Adds a lifecycle action. The same action may come through the event bus and from the hook itself: then one entry,
 * `direct` if either was, with a token if either had one. Two terminations at the same time by two hooks are two
 * entries.
 */
function addAction(
  actions: readonly PendingAction[],
  { lifecycle: action, at }: Extract<Signal, { lifecycle: LifecycleAction }>,
  now: Ms,
): readonly PendingAction[] {
  const index = actions.findIndex((other) => sameAction(other, action));
  const found = actions[index];
  if (found === undefined) {
    const metadata = action.metadata?.slice(0, LONGEST_METADATA) ?? null;
    return [...actions, { ...action, metadata, since: Math.min(at, now), heardAt: now }].slice(-MOST_ACTIONS);
  }
  const direct = found.direct || action.direct;
  const token = found.token ?? action.token;
  return direct === found.direct && token === found.token ? actions : actions.with(index, { ...found, direct, token });
}

function sameAction(a: LifecycleAction, b: LifecycleAction): boolean {
  if (a.group !== b.group || a.hook !== b.hook || a.transition !== b.transition) return false;
  return a.token === null || b.token === null || a.token === b.token;
}

/** Whether the incident contains the action already. */
export function hasAction(incident: Incident, action: LifecycleAction): boolean {
  return incident.lifecycle.some((other) => sameAction(other, action));
}

/**
 * Returns when the instance was launched again, which ends this episode (`fits`); null if it was not.
 *
 *     stopped ─▶ running                      launched again
 *     warning ─▶ ≤ 1 min ─▶ running           warned while it still came up: nothing
 *     rebalance ─▶ ≤ 10 min ─▶ running        the same
 */
function launchedAt(incident: Incident, signal: Signal): Ms | null {
  const { ended, lastEnding, end, launching } = episodeOf(incident);
  if (launching || !isLife(signal)) return incident.launchedAt;
  const after = ended?.at ?? (lastEnding === null ? end + SLOW_LAUNCH : lastEnding + TOLERANCE);
  if (signal.at <= after) return incident.launchedAt;
  return Math.min(incident.launchedAt ?? signal.at, signal.at);
}

/**
 * Returns the most advanced state. `running` and `pending` count only for a launch; else they belong to another life of
 * the instance.
 */
function seenOf(incident: Incident, signal: Signal): Incident["seen"] {
  const state = stateOf(signal);
  if (state === null) return incident.seen;
  const launching = incident.signals.some((ref) => ref.kind === "lifecycle-launching");
  if (isLife(signal) && !launching) return incident.seen;
  const { seen } = incident;
  if (seen === null || signal.at > seen.at) return { state, at: signal.at };
  return signal.at === seen.at && rankOf(state) > rankOf(seen.state) ? { state, at: signal.at } : seen;
}

function stateOf(signal: Signal): string | null {
  if (signal.kind === "state-change") return signal.state;
  if (signal.kind === "fargate-spot-stop") return signal.lastStatus?.toLowerCase() ?? null;
  return null;
}
