import type { Facts, Missing } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { Params, Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";

/** Facts that lead to all registrations of an instance: without them its registrations are not known. */
const LEADS: ReadonlySet<string> = new Set<Missing["what"]>(["instance", "group", "cluster"]);
/** Facts that lead to the registrations of tasks. ECS itself deregisters a task that it stops. */
const LEADS_OF_TASKS: ReadonlySet<string> = new Set<Missing["what"]>(["tasks", "services", "targets", "discovery"]);

/**
 * Returns facts that could not be read until the end, so that some registrations of the subject may be unknown. Empty
 * if all facts that lead to load balancers, VPC Lattice and Cloud Map were read, or if there was no look-up.
 */
export function unreadFactsOf({ steps, labels }: Pick<Incident, "steps" | "labels">): readonly Missing[] {
  const looks = steps.filter(({ responder, state }) => responder === "look-up" && state !== "skipped");
  const last = looks.findLast(({ receipt, state }) => receipt !== null || state === "abandoned");
  if (last === undefined) return [];
  const areTasksGone = steps.some(({ responder, state }) => responder === "drain-tasks" && state === "done");
  const since = labels["unlearnt"];
  return missingIn(last)
    .filter(({ what }) => LEADS.has(what) || (!areTasksGone && LEADS_OF_TASKS.has(what)))
    .filter(({ what }) => !Array.isArray(since) || since.includes(what));
}

/**
 * Returns the label with the facts that were still unknown when the subject had drained: some may have become known
 * since the last look-up (a warning can come an hour after a recommendation). Empty if all were known at once. "Not
 * found" from EC2 counts as an answer, since its reads can be stale.
 */
export function unreadLabel(body: Incident, facts: Facts): Params {
  const last = unreadFactsOf(body);
  if (last.length === 0) return {};
  const asked = facts.missing.filter(({ what, why }) => what !== "instance" || !/(^|: )not-found/.test(why));
  const missing = new Set(asked.map(({ what }) => what));
  return { unlearnt: [...new Set(last.map(({ what }) => what))].filter((what) => missing.has(what)) };
}

/** Whether a settled look-up has read all facts that lead to registrations. */
export const hasAllLeads = (look: Step): boolean => missingIn(look).every(({ what }) => !LEADS.has(what));

/** Returns the missing facts of a look-up; one that was abandoned without an answer misses all. */
function missingIn({ receipt, reason }: Step): readonly Missing[] {
  const list = receipt !== null && typeof receipt === "object" && "missing" in receipt ? receipt.missing : null;
  if (!Array.isArray(list)) return [{ what: "instance", why: reason ?? "not asked" }];
  return list.flatMap((one: Plain) => (isMissing(one) ? [one] : []));
}

const isMissing = (one: unknown): one is Missing =>
  typeof one === "object" && one !== null && "what" in one && "why" in one && typeof one.why === "string";
