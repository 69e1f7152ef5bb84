import type { Missing } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";

/** What leads to everything that an instance is taken out of: nobody knows what it is in while this is not known. */
const LEADS: ReadonlySet<string> = new Set<Missing["what"]>(["instance", "group", "cluster"]);
/** What leads to where tasks are registered. ECS takes a task out of all that itself when it stops the task. */
const LEADS_OF_TASKS: ReadonlySet<string> = new Set<Missing["what"]>(["tasks", "services", "targets", "discovery"]);

/**
 * What could not be learnt, to the end, of where the subject takes requests. Empty: everything that leads to a load
 * balancer, to VPC Lattice or to Cloud Map was asked for and answered; or there was no look-up.
 */
export function unlearntOf({ steps }: Pick<Incident, "steps">): readonly Missing[] {
  const looks = steps.filter(({ responder, state }) => responder === "look-up" && state !== "skipped");
  const last = looks.findLast(({ receipt, state }) => receipt !== null || state === "abandoned");
  if (last === undefined) return [];
  const areTasksGone = steps.some(({ responder, state }) => responder === "drain-tasks" && state === "done");
  return missingIn(last).filter(({ what }) => LEADS.has(what) || (!areTasksGone && LEADS_OF_TASKS.has(what)));
}

/** A look-up that was given up before it had any answer has learnt nothing. */
function missingIn({ receipt, reason }: Step): readonly Missing[] {
  const list = receipt !== null && typeof receipt === "object" && "missing" in receipt ? receipt.missing : null;
  if (!Array.isArray(list)) return [{ what: "instance", why: reason ?? "not asked" }];
  return list.flatMap((one: Plain) => (isMissing(one) ? [one] : []));
}

const isMissing = (one: unknown): one is Missing =>
  typeof one === "object" && one !== null && "what" in one && "why" in one && typeof one.why === "string";
