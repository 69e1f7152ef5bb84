import type { Facts, Missing } from "../enrich/facts.ts";
import type { Incident } from "../model/incident.ts";
import type { Params, Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";

/** What leads to everything that an instance is taken out of: nobody knows what it is in while this is not known. */
const LEADS: ReadonlySet<string> = new Set<Missing["what"]>(["instance", "group", "cluster"]);
/** What leads to where tasks are registered. ECS takes a task out of all that itself when it stops the task. */
const LEADS_OF_TASKS: ReadonlySet<string> = new Set<Missing["what"]>(["tasks", "services", "targets", "discovery"]);

/**
 * What could not be learnt, to the end, of where the subject takes requests. Empty: everything that leads to a load
 * balancer, to VPC Lattice or to Cloud Map was asked for and answered; or there was no look-up.
 */
export function unlearntOf({ steps, labels }: Pick<Incident, "steps" | "labels">): readonly Missing[] {
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
 * The label that keeps what was still not learnt when the subject had drained: some may have become known since the last
 * look-up (a warning can come an hour after the recommendation that was looked up). None where all was learnt at once.
 * That EC2 knows no such instance, though its group or its cluster does, is an answer: its reads lag behind.
 */
export function stillUnlearnt(body: Incident, facts: Facts): Params {
  const last = unlearntOf(body);
  if (last.length === 0) return {};
  const asked = facts.missing.filter(({ what, why }) => what !== "instance" || !/(^|: )not-found/.test(why));
  const missing = new Set(asked.map(({ what }) => what));
  return { unlearnt: [...new Set(last.map(({ what }) => what))].filter((what) => missing.has(what)) };
}

/** Whether a look-up that is over has learnt all that leads to what an instance is taken out of. */
export const hasFoundLeads = (look: Step): boolean => missingIn(look).every(({ what }) => !LEADS.has(what));

/** A look-up that was given up before it had any answer has learnt nothing. */
function missingIn({ receipt, reason }: Step): readonly Missing[] {
  const list = receipt !== null && typeof receipt === "object" && "missing" in receipt ? receipt.missing : null;
  if (!Array.isArray(list)) return [{ what: "instance", why: reason ?? "not asked" }];
  return list.flatMap((one: Plain) => (isMissing(one) ? [one] : []));
}

const isMissing = (one: unknown): one is Missing =>
  typeof one === "object" && one !== null && "what" in one && "why" in one && typeof one.why === "string";
