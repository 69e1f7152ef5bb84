import { lastMentionedAt } from "../correlate/stale-reads.ts";
import type { Ms } from "../clock.ts";
import { freshness } from "../enrich/look-up/freshness.ts";
import type { Incident } from "../model/incident.ts";
import type { Step } from "../model/step.ts";
import type { PlannedStep } from "./plan.ts";
import { type PlanInput, step } from "./stage.ts";
import { hasAllLeads } from "./unread-facts.ts";

/** Time limit of the reads that draining needs. */
const LOOK_UP_BUDGET: Ms = 30_000;
/** Bound of look-up steps in a document (at most 8 kB). */
const MOST_LOOK_UPS = 6;
/** Matches all look-up steps that draining needs. */
export const ALL_LOOK_UPS = "look-up*";

/**
 * Plans the look-up steps: first the facts that draining needs, then those for the alert. The latter are read again if
 * draining begins much later, e.g. after a recommendation, so that the alert is up to date.
 */
export function lookUp(input: PlanInput): PlannedStep[] {
  const { incident, t } = input;
  const soon = Math.max(incident.openedAt, lastMentionedAt(incident) ?? 0) + LOOK_UP_BUDGET;
  const abandonAt = Math.max(soon, t.end);
  const wanted = had(incident).length + (isKnownElsewhere(input) ? 1 : 0);
  const begins = { notBefore: t.begun, abandonAt: Math.max(t.begun + LOOK_UP_BUDGET, t.end) };
  const again = step("look-again", "look-up", { depth: "tell" }, { after: ["look-closer"], ...begins });
  const looks = Array.from({ length: Math.max(1, Math.min(wanted, MOST_LOOK_UPS)) }, (_, index) =>
    index === 0 ? "" : `#${index + 1}`,
  ).flatMap((nth) => [
    step(`look-up${nth}`, "look-up", { depth: "act" }, { abandonAt }),
    step(`look-closer${nth}`, "look-up", { depth: "tell" }, { after: [`look-up${nth}`], abandonAt }),
  ]);
  return t.begun - incident.openedAt > freshness.tasks.tell ? [...looks, again] : looks;
}

/** Returns the look-up steps so far that draining needs, in order. */
const had = ({ steps }: Incident): Step[] => steps.filter(({ id }) => /^look-up(#\d+)?$/.test(id));

/**
 * Whether a look-up by another worker (or before a restart) found all facts, but this worker's inventory does not have
 * them: then the look-up is planned again. Not needed once a step has acted, since the plan then contains all that is
 * left to do.
 */
function isKnownElsewhere({ incident, facts }: PlanInput): boolean {
  const last = had(incident).at(-1);
  if (facts === null || facts.complete || incident.firstActionAt !== null || last?.state !== "done") return false;
  return hasAllLeads(last);
}
