import type { Ms } from "../clock.ts";
import type { Incident } from "../model/incident.ts";
import type { Actions } from "./policy.ts";
import { threatKnownAt, type Threat } from "./threat.ts";

/** How long safe writes are tried if the message came late or its deadline has passed. */
const LATE_GRACE: Ms = 60_000;
/**
 * A reclaim follows its deadline within this time (assumed; AWS gives no figure); else the notice counts as cancelled.
 */
export const RECLAIM_GRACE: Ms = 180_000;
/** How long to verify that an instance is gone, or that a replacement serves. */
const VERIFY_WITHIN: Ms = 900_000;
/** Window of a scheduled event for which AWS names no end (assumed). */
const EVENT_WINDOW: Ms = 86_400_000;
/** How long a recommendation stays open for the warning that may follow it. */
const RECOMMENDATION_WITHIN: Ms = 7_200_000;
/** How long completing a hook is tried (a hook holds an instance for 48 hours at most). */
export const COMPLETE_WITHIN: Ms = 3_600_000;

export interface Timing {
  /** When the capacity goes away or, if AWS names no time, by when draining ends. */
  readonly deadline: Ms;
  readonly known: boolean;
  /** When draining begins: when its signal was received, its replacement serves, or its scheduled event is near. */
  readonly begun: Ms;
  /** Earliest start of draining (scheduled events are known weeks before); null means at once. */
  readonly start: Ms | null;
  /**
   * The deadline minus the margin: waits end here. It does not limit actions: after a late signal this time may have
   * passed already.
   */
  readonly end: Ms;
  /** Actions are tried until this time: the instance may run so long. */
  readonly actUntil: Ms;
  readonly completeUntil: Ms;
  readonly verifyUntil: Ms;
  /** When the instance must be gone: the deadline, or the end of an event's window. */
  readonly over: Ms;
}

/** Calculates all time limits of a plan from the incident's deadline and the policy. */
export function timing(incident: Incident, actions: Actions, threat: Threat): Timing {
  const known = incident.deadline !== null;
  // If a replacement is awaited, draining begins when it serves.
  const replacedAt = incident.steps.find((step) => step.id === "replace" && step.state === "done")?.settledAt;
  const heard = Math.max(threatKnownAt(incident, threat), replacedAt ?? 0);
  const deadline = incident.deadline ?? heard + actions.drainWithin;
  const start = threat === "scheduled" ? Math.max(incident.openedAt, deadline - actions.scheduledLead) : null;
  const window = incident.hints["endsAt"];
  const over =
    threat === "scheduled"
      ? Math.max(deadline, typeof window === "number" ? window : deadline + EVENT_WINDOW)
      : deadline;
  const end = Math.max(deadline - actions.margin, heard);
  const settled = Math.max(deadline, heard);
  // A hook may time out, and its group may retain the instance, long after all else is over.
  const { retainedAt } = incident.hints;
  const last = Math.max(settled, over, typeof retainedAt === "number" ? retainedAt : 0);
  return {
    deadline,
    known,
    begun: Math.max(start ?? 0, heard),
    start,
    end,
    actUntil: Math.max(deadline, heard + LATE_GRACE),
    completeUntil: settled + COMPLETE_WITHIN,
    over,
    verifyUntil: last + (threat === "recommendation" ? RECOMMENDATION_WITHIN : VERIFY_WITHIN),
  };
}

/**
 * Returns the time limits for an instance that a hook holds until a time: it goes away and is replaced only after that.
 */
export const whileHeld = (t: Timing, until: Ms): Timing => ({
  ...t,
  over: Math.max(t.over, until),
  verifyUntil: Math.max(t.verifyUntil, until + VERIFY_WITHIN),
});
