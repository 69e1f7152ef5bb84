import type { Ms } from "../clock.ts";
import type { Incident } from "../model/incident.ts";
import type { Actions } from "./policy.ts";
import { heardAt, type Threat } from "./threat.ts";

/** How long safe writes are still tried when the message came late or its deadline is already over. */
const LATE_GRACE: Ms = 60_000;
/** A reclaim follows its deadline within this (assumed; AWS gives no figure), else the notice is taken as cancelled. */
export const RECLAIM_GRACE: Ms = 180_000;
/** How long we wait to see an instance go, or a replacement serve, once nothing else is left to do. */
const VERIFY_WITHIN: Ms = 900_000;
/** A scheduled event takes place some time in its window; where AWS names no end: assumed. */
const EVENT_WINDOW: Ms = 86_400_000;
/** How long a recommendation stays open for the warning that may follow it. */
const RECOMMENDATION_WITHIN: Ms = 7_200_000;
/** A terminating hook holds an instance for 48 hours at most; we do not try longer than this to complete it. */
export const COMPLETE_WITHIN: Ms = 3_600_000;

export interface Timing {
  /** The instant the capacity goes, or by which draining ends where AWS names none. */
  readonly deadline: Ms;
  readonly known: boolean;
  /** When draining begins: when its reason is heard, its replacement serves, or its scheduled event is near. */
  readonly begun: Ms;
  /** Draining does not start earlier (scheduled events are known weeks before). */
  readonly start: Ms | null;
  /** The deadline less the margin: waits end here. It bounds no act: heard late, this may have passed before the first. */
  readonly end: Ms;
  /** What is to be done is tried until here: the instance may live so long. */
  readonly actUntil: Ms;
  readonly completeUntil: Ms;
  readonly verifyUntil: Ms;
  /** When it must have gone: the deadline, or the end of an event's window. */
  readonly over: Ms;
}

/** Every budget of a plan, from the incident's deadline and the policy. */
export function timing(incident: Incident, actions: Actions, threat: Threat): Timing {
  const known = incident.deadline !== null;
  // Where a replacement was waited for, draining begins when it serves.
  const replacedAt = incident.steps.find((step) => step.id === "replace" && step.state === "done")?.settledAt;
  const heard = Math.max(heardAt(incident, threat), replacedAt ?? 0);
  const deadline = incident.deadline ?? heard + actions.drainWithin;
  const start = threat === "scheduled" ? Math.max(incident.openedAt, deadline - actions.scheduledLead) : null;
  const window = incident.hints["endsAt"];
  const over =
    threat === "scheduled"
      ? Math.max(deadline, typeof window === "number" ? window : deadline + EVENT_WINDOW)
      : deadline;
  const end = Math.max(deadline - actions.margin, heard);
  const settled = Math.max(deadline, heard);
  // A hook may time out, and its group retain the instance, long after all else is over.
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

/** The same budgets where a hook holds the instance until then: it is seen to go, and replaced, only after that. */
export const whileHeld = (t: Timing, until: Ms): Timing => ({
  ...t,
  over: Math.max(t.over, until),
  verifyUntil: Math.max(t.verifyUntil, until + VERIFY_WITHIN),
});
