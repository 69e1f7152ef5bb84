import type { Ms } from "../clock.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { SignalKind } from "../model/signal.ts";
import { currentSignals } from "./outdated.ts";

/** What will happen to the subject, from all its signals. */
export type Threat =
  /** AWS takes the capacity at the deadline. */
  | "reclaim"
  /** AWS may take the capacity soon. */
  | "recommendation"
  /** An event that AWS has scheduled. */
  | "scheduled"
  /** Its group terminates it (scale-in, refresh, reclaim without a warning) and a hook waits; or its fleet scales down. */
  | "termination"
  /** The instance returns to the warm pool: it is drained, but this is no interruption (docs/aws-facts.md, 6). */
  | "warm-pool"
  /** It has just been launched and a hook waits. */
  | "launch"
  /** The instance ends or has ended without a warning. */
  | "ending"
  /** A Fargate Spot task is being stopped. */
  | "task-stop"
  /** No action is needed. */
  | "none";

/** Worst first: the first one that any signal means is the threat. */
const ORDER: readonly Threat[] = [
  "reclaim",
  "task-stop",
  "termination",
  "warm-pool",
  "scheduled",
  "recommendation",
  "ending",
  "launch",
  "none",
];

/** Returns the threat of a signal kind. Exhaustive: a new kind does not compile without its case. */
function meaning(kind: SignalKind, incident: Incident): Threat {
  switch (kind) {
    case "spot-interruption":
    case "capacity-reservation-interruption":
      return "reclaim";
    case "rebalance":
      return "recommendation";
    case "scheduled-change":
      return isCalledOff(incident) ? "none" : "scheduled";
    case "capacity-block-expiration":
      return "scheduled";
    case "lifecycle-terminating":
      return incident.lifecycle.some(
        (action) => action.transition === "terminating" && action.destination !== "WarmPool",
      )
        ? "termination"
        : "warm-pool";
    case "lifecycle-launching":
      return "launch";
    case "state-change":
      return ENDING_STATES.has(incident.seen?.state ?? "") ? "ending" : "none";
    case "fleet-change":
      return incident.hints["fleetEnds"] === true ? "termination" : "none";
    case "fargate-spot-stop":
      return "task-stop";
    case "agent-state":
      return incident.hints["groupEnds"] === true ? "termination" : "none";
    case "termination-result":
    case "container-instance-change":
    case "launch-result":
    case "notice-withdrawn":
      return "none";
  }
}

/**
 * Whether AWS has cancelled all scheduled events of the instance, before a replacement was begun: a begun replacement
 * is finished, since the group launches it anyway.
 */
export function isCalledOff({ hints, steps }: Pick<Incident, "hints" | "steps">): boolean {
  return hints["calledOff"] === true && !steps.some((step) => step.responder === "ask-replacement" && hasBegun(step));
}

/** Whether a step may have had an effect. */
export const hasBegun = ({ state, attempts }: Incident["steps"][number]): boolean =>
  state === "done" || ((state === "waiting" || state === "intended") && attempts > 0);

export const ENDING_STATES: ReadonlySet<string> = new Set(["stopping", "stopped", "shutting-down", "terminated"]);

/**
 * Returns when a lifecycle action was last abandoned: AWS refused or did not answer the call in time. Then a person
 * must complete the hook, or its default result decides. Returns null if none was abandoned.
 */
export function hookGivenUpAt({ steps }: Pick<Incident, "steps">): Ms | null {
  const given = steps.filter((step) => step.responder === "complete-lifecycle" && step.state === "abandoned");
  return given.length === 0 ? null : Math.max(...given.map(({ settledAt }) => settledAt ?? 0));
}

/**
 * Whether the group retains the instance: it keeps running, although it should be terminated, until it is terminated by
 * hand.
 */
export function isRetained({ steps, hints }: Incident): boolean {
  if (hints["retainedAt"] !== undefined) return true;
  if (steps.some((step) => step.responder === "end-retained")) return true;
  const seen = steps.find((step) => step.responder === "verify-gone")?.receipt ?? null;
  return seen !== null && typeof seen === "object" && "retained" in seen && seen.retained === true;
}

/** Threats that certainly take the capacity away soon. */
const DOOMS: ReadonlySet<Threat> = new Set(["reclaim", "task-stop", "termination", "ending"]);

/** Whether the subject is doomed: the remaining capacity of a service is counted without it. */
export const isDoomed = (incident: Incident): boolean =>
  incident.closedAt === null && incident.cancelledAt === null && DOOMS.has(threatOf(incident));

/** A task that is stopping still works; an instance that is stopping has already stopped its processes. */
const ENDED_TASK: ReadonlySet<string> = new Set(["deprovisioning", "stopped"]);

/** Whether a signal showed that the subject has ended. */
export function hasEnded({ subject, seen }: Pick<Incident, "subject" | "seen">): boolean {
  if (seen === null) return false;
  return (subject.type === "task" ? ENDED_TASK : ENDING_STATES).has(seen.state);
}

/** Returns the worst threat of the current signals (`currentSignals`). */
export const threatOf = (incident: Incident): Threat => worstOf(currentSignals(incident), incident);

function worstOf(signals: Incident["signals"], incident: Incident): Threat {
  const all = new Set(signals.map((signal) => meaning(signal.kind, incident)));
  return ORDER.find((threat) => all.has(threat)) ?? "none";
}

/**
 * Returns when the first signal of this threat was received, which may be long after the incident opened (e.g. after a
 * recommendation). An agent sends its first message early, so its messages count only if there are no others.
 */
export function threatKnownAt(incident: Incident, threat: Threat): Ms {
  const meant = currentSignals(incident).filter(({ kind }) => meaning(kind, incident) === threat);
  const first = meant.find(({ kind }) => kind !== "agent-state") ?? meant.at(-1);
  return Math.max(first?.receivedAt ?? 0, incident.openedAt);
}

/** Whether all threats of the signals are about an earlier life of the instance. */
export const isOutdated = (incident: Incident): boolean =>
  threatOf(incident) === "none" &&
  worstOf(incident.signals, incident) !== "none" &&
  currentSignals(incident).length < incident.signals.length;

/**
 * Classifies the end of an instance without a warning (docs/aws-facts.md, 11). Returns null while EC2 has not been
 * read.
 */
export function classifyEnding(facts: Facts): "missed-notice" | "plain-end" | "unclassified" | null {
  if (facts.instance === null) return facts.missing.some((one) => one.what === "instance") ? "unclassified" : null;
  const reason = facts.instance.stateReason;
  if (facts.instance.lifecycle === "spot") {
    if (reason === null) return "unclassified";
    if (SPOT_REASONS.has(reason)) return "missed-notice";
  }
  return "plain-end";
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html */
const SPOT_REASONS: ReadonlySet<string> = new Set(["Server.SpotInstanceTermination", "Server.SpotInstanceShutdown"]);
