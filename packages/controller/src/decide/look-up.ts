import { namedAt } from "../correlate/named.ts";
import type { Ms } from "../clock.ts";
import { freshness } from "../enrich/freshness.ts";
import type { Incident } from "../model/incident.ts";
import type { Step } from "../model/step.ts";
import type { PlannedStep } from "./plan.ts";
import { type Ground, step } from "./stage.ts";
import { hasFoundLeads } from "./unlearnt.ts";

/** How long a look-up that draining needs may take. */
const LOOK_UP_BUDGET: Ms = 30_000;
/** A document is at most 8 kB. */
const MOST_LOOK_UPS = 6;
/** Stands for every look-up of what draining needs. */
export const ALL_LOOK_UPS = "look-up*";

/**
 * Asks AWS what is not known: first what draining needs, then what is at stake. That is asked once more where draining
 * begins long after it was, as after a recommendation: people read what is so by then.
 */
export function lookUp(ground: Ground): PlannedStep[] {
  const { incident, t } = ground;
  const soon = Math.max(incident.openedAt, namedAt(incident) ?? 0) + LOOK_UP_BUDGET;
  const abandonAt = Math.max(soon, t.end);
  const wanted = had(incident).length + (isKnownElsewhere(ground) ? 1 : 0);
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

/** Look-ups so far of what draining needs, in their order. */
const had = ({ steps }: Incident): Step[] => steps.filter(({ id }) => /^look-up(#\d+)?$/.test(id));

/**
 * Whether a look-up has found all that draining needs, and it is not known here: another worker has made it, or an earlier
 * life of this one. Whoever has to act makes it again. Once something was done the plan has all that is left to do.
 */
function isKnownElsewhere({ incident, facts }: Ground): boolean {
  const last = had(incident).at(-1);
  if (facts === null || facts.complete || incident.firstActionAt !== null || last?.state !== "done") return false;
  return hasFoundLeads(last);
}
