import type { Ms } from "../../clock.ts";
import type { Facts } from "../../enrich/facts.ts";
import { plural, span } from "../../notify/message/count.ts";
import { isLookUpPending } from "../../notify/message/unread-target-groups.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Incident } from "../../model/incident.ts";
import type { Params } from "../../model/plain.ts";

/** Maximum number of tasks or tags in a journal entry. */
const MOST = 50;

/**
 * Makes journal entries of the facts, once, when they are first known. Pure. The document has only a few short labels;
 * the journal has the instance with its tags, the tasks, and the impact on services.
 */
export function journalFacts(doc: Doc<"incident">, facts: Facts, now: Ms): readonly Entry[] {
  const { labels } = doc.body;
  const base = { key: doc.key, at: now, kind: "note" } as const;
  const entries: Entry[] = [];
  const { instance } = facts;
  if (instance !== null && labels["instanceType"] === undefined) {
    const uptimeSeconds = Math.max(0, Math.round((doc.body.openedAt - instance.launchTime) / 1_000));
    const text = `it is ${instance.type} in ${instance.availabilityZone}, up for ${span(uptimeSeconds)}`;
    const addresses = instance.addresses.slice(0, MOST).map(({ address }) => address);
    const tags = Object.fromEntries(Object.entries(instance.tags).slice(0, MOST));
    entries.push({
      ...base,
      text,
      data: { ...instance, operator: null, addresses, tags, uptimeSeconds, ...around(facts) },
    });
  }
  if (labels["tasks"] === undefined && knowsTasks(facts, doc.body)) {
    const by = Map.groupBy(facts.tasks, ({ role }) => role);
    const parts = [...by].map(([role, some]) => `${some.length} ${role}`);
    const text = `${plural(facts.tasks.length, "task")} on it${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
    const tasks = facts.tasks.slice(0, MOST).map(({ task, role, service, stopTimeout }): Params => {
      return { task: task.arn, role, service, definition: task.taskDefinitionArn, stopTimeout };
    });
    const services = facts.impact.slice(0, MOST).map((one): Params => ({ ...one }));
    entries.push({ ...base, text, data: { tasks, services } });
  }
  return entries;
}

/** Whether the tasks are known. "None" counts only if it was read after the incident began. */
export const knowsTasks = (
  { tasks, containerInstances, missing }: Facts,
  { steps }: Pick<Incident, "steps">,
): boolean =>
  tasks.length > 0 ||
  (containerInstances.length > 0 && missing.every(({ what }) => what !== "tasks") && !isLookUpPending(steps));

/** Returns the owner, and other controllers of the instance. */
function around({ owner, ownerBecause, fleet, capacityProvider, groupState, protectedFromScaleIn }: Facts): Params {
  return {
    owner,
    ownerBecause,
    fleet: fleet === null ? null : { ...fleet },
    capacityProvider: capacityProvider === null ? null : { ...capacityProvider },
    groupState,
    protectedFromScaleIn,
  };
}
