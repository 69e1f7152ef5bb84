import { type classifyEnding, isOutdated, type Threat } from "../../decide/threat.ts";
import type { Incident, Outcome } from "../../model/incident.ts";
import { unreadFactsOf } from "../../decide/unread-facts.ts";
import { DRAINED_UNRECORDED } from "./undo.ts";
import { wasCutShort, wasEmptied, wasLeftOn } from "./emptying.ts";
import type { FindResponder } from "../responder.ts";

/** Determines the outcome of an incident; exhaustive over threats. */
export function outcomeOf(
  body: Incident,
  threat: Threat,
  ending: ReturnType<typeof classifyEnding>,
  find: FindResponder,
): Outcome {
  if (isOutdated(body)) return "outdated";
  if (body.mode === "observe") return body.labels["owner"] === undefined ? "ignored-by-policy" : "handed-off";
  if (body.mode === "dry-run") return "dry-run";
  switch (threat) {
    case "reclaim":
    case "task-stop":
    case "scheduled":
      if (body.cancelledAt !== null) return "cancelled";
      return drainedInTime(body, find);
    case "recommendation":
      // Nothing was drained: the recommendation was only reported.
      if (body.cancelledAt !== null && body.owed.length > 0) return "cancelled";
      if (!wasEmptied(body.steps, find)) return (body.goneAt === null ? null : ending) ?? "told";
      return drainedInTime(body, find);
    case "termination":
      // A group's hook also fires for an instance that was reclaimed without a warning.
      if (ending === "missed-notice") return ending;
      return body.cancelledAt === null ? drainedInTime(body, find) : "cancelled";
    case "warm-pool":
      return "returned-to-warm-pool";
    case "ending":
      return ending ?? "unclassified";
    case "launch":
      return "launched";
    case "none":
      return body.cancelledAt === null ? "plain-end" : "cancelled";
  }
}

function drainedInTime(body: Incident, find: FindResponder): Outcome {
  const { drainedAt, deadline, steps } = body;
  const hasUnreadFacts = unreadFactsOf(body).length > 0;
  // Nothing was drained: there was nothing to drain, or the registrations could not be read.
  if (!wasEmptied(steps, find) && !body.flagged.includes(DRAINED_UNRECORDED))
    return hasUnreadFacts ? "deadline-passed" : "nothing-drained";
  if (drainedAt === null || hasUnreadFacts || wasLeftOn(steps, find)) return "deadline-passed";
  return wasCutShort(steps, find) || (deadline !== null && drainedAt > deadline) ? "deadline-passed" : "drained";
}
