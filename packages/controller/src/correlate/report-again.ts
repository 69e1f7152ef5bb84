import type { Ms } from "../clock.ts";
import type { Incident } from "../model/incident.ts";
import { NOT_BEGUN, type Step } from "../model/step.ts";

/** How long it is tried to report what was decided anew. */
const REPORT_WITHIN: Ms = 900_000;

/** Whether join-alert has decided that no alert reports the incident. */
const isSuppressed = ({ responder, state, receipt }: Step): boolean =>
  responder === "join-alert" &&
  state === "skipped" &&
  receipt !== null &&
  typeof receipt === "object" &&
  "withheld" in receipt;

/** Whether no alert reports the incident, by what was known of it. */
export const isUnreported = ({ alerts, steps }: Pick<Incident, "alerts" | "steps">): boolean =>
  alerts.length === 0 && steps.some(isSuppressed);

/**
 * Returns the incident with the decision whether an alert reports it to be made again. It depends on the kinds of its
 * signals: an end that nothing warned of may have its warning late, and a route may take only warnings.
 */
export function reportAgain(incident: Incident, now: Ms): Incident {
  if (!isUnreported(incident)) return incident;
  const again = (step: Step): Step => ({
    ...step,
    ...NOT_BEGUN,
    abandonAt: Math.max(step.abandonAt, now + REPORT_WITHIN),
  });
  return { ...incident, steps: incident.steps.map((step) => (isSuppressed(step) ? again(step) : step)) };
}
