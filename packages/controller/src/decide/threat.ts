import type { Ms } from "../clock.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { SignalKind } from "../model/signal.ts";
import { currentSignals } from "./outdated.ts";

/** What is going to happen to the subject, over all its signals. */
export type Threat =
  /** The capacity is taken at the deadline. */
  | "reclaim"
  /** It may be taken soon. */
  | "recommendation"
  /** An event that AWS has scheduled. */
  | "scheduled"
  /** Its group terminates it (scale-in, refresh, reclaim without a warning) and a hook waits; or its fleet scales down. */
  | "termination"
  /** It goes back to the warm pool: drained, but no interruption (docs/aws-facts.md, 6). */
  | "warm-pool"
  /** It has just been launched and a hook waits. */
  | "launch"
  /** It is going or gone, and no one warned. */
  | "ending"
  /** A Fargate Spot task is being stopped. */
  | "task-stop"
  /** Nothing that calls for an answer. */
  | "none";

/** Worst first: the first of these that any signal means is the threat. */
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

/** No `default`: a new kind does not compile until someone decides. */
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
 * Whether AWS has called off all scheduled events of it, before a replacement was begun: that is carried through, since
 * the group launches it anyway.
 */
export function isCalledOff({ hints, steps }: Pick<Incident, "hints" | "steps">): boolean {
  return hints["calledOff"] === true && !steps.some((step) => step.responder === "ask-replacement" && hasBegun(step));
}

/** Whether something may have come of a step. */
export const hasBegun = ({ state, attempts }: Incident["steps"][number]): boolean =>
  state === "done" || ((state === "waiting" || state === "intended") && attempts > 0);

export const ENDING_STATES: ReadonlySet<string> = new Set(["stopping", "stopped", "shutting-down", "terminated"]);

/**
 * When a lifecycle action of ours was last given up: AWS refuses the answer, or gave none as long as it was tried. Somebody
 * has to answer in our place, or the hook's default result decides. Null: none was.
 */
export function hookGivenUpAt({ steps }: Pick<Incident, "steps">): Ms | null {
  const given = steps.filter((step) => step.responder === "complete-lifecycle" && step.state === "abandoned");
  return given.length === 0 ? null : Math.max(...given.map(({ settledAt }) => settledAt ?? 0));
}

/** Whether its group was seen to retain it: it runs on, though it was to be terminated, until somebody ends it. */
export function isRetained({ steps, hints }: Incident): boolean {
  if (hints["retainedAt"] !== undefined) return true;
  if (steps.some((step) => step.responder === "end-retained")) return true;
  const seen = steps.find((step) => step.responder === "verify-gone")?.receipt ?? null;
  return seen !== null && typeof seen === "object" && "retained" in seen && seen.retained === true;
}

/** What takes capacity away for sure, and soon. */
const DOOMS: ReadonlySet<Threat> = new Set(["reclaim", "task-stop", "termination", "ending"]);

/** Whether the subject is going now: what a service keeps is counted without it. */
export const isDoomed = (incident: Incident): boolean =>
  incident.closedAt === null && incident.cancelledAt === null && DOOMS.has(threatOf(incident));

/** A task that is stopping still works; an instance that is stopping has stopped its processes. */
const ENDED_TASK: ReadonlySet<string> = new Set(["deprovisioning", "stopped"]);

/** Whether a signal said that the subject is gone. */
export function hasEnded({ subject, seen }: Pick<Incident, "subject" | "seen">): boolean {
  if (seen === null) return false;
  return (subject.type === "task" ? ENDED_TASK : ENDING_STATES).has(seen.state);
}

/** The worst that the incident's signals mean, of those that are about the instance as it is. */
export const threatOf = (incident: Incident): Threat => worstOf(currentSignals(incident), incident);

function worstOf(signals: Incident["signals"], incident: Incident): Threat {
  const all = new Set(signals.map((signal) => meaning(signal.kind, incident)));
  return ORDER.find((threat) => all.has(threat)) ?? "none";
}

/**
 * When the first signal that means this threat came: long after the incident opened, where a recommendation or an event that
 * AWS has scheduled came before. An agent that only watches is heard early, so that its words count where nothing else tells.
 */
export function heardAt(incident: Incident, threat: Threat): Ms {
  const meant = currentSignals(incident).filter(({ kind }) => meaning(kind, incident) === threat);
  const first = meant.find(({ kind }) => kind !== "agent-state") ?? meant.at(-1);
  return Math.max(first?.receivedAt ?? 0, incident.openedAt);
}

/** Whether all that its signals mean is of an earlier life of the instance. */
export const isOutdated = (incident: Incident): boolean =>
  threatOf(incident) === "none" &&
  worstOf(incident.signals, incident) !== "none" &&
  currentSignals(incident).length < incident.signals.length;

/** Why an instance ended that nobody warned of (docs/aws-facts.md, 11). Null while EC2 has not been asked. */
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
