import type { Ms } from "../../clock.ts";
import { lifeOf } from "../../decide/outdated.ts";
import { hasEnded } from "../../decide/threat.ts";
import type { Facts } from "../../enrich/facts.ts";
import { knowsTasks } from "./journal-facts.ts";
import type { Doc } from "../../model/doc.ts";
import type { Incident } from "../../model/incident.ts";
import type { Plain, Params } from "../../model/plain.ts";

/** Bound of services in the labels, since a document has at most 8 kB. */
const MOST_SERVICES = 8;

/**
 * Returns labels for known facts only, so that a replan never removes a label.
 *
 * @param before the incident so far, whose labels keep e.g. tasks that have ended since
 */
export function labelsOf(facts: Facts, before: Pick<Incident, "openedAt" | "labels" | "steps" | "signals">): Params {
  const all: Record<string, Plain | undefined> = {
    name: facts.instance?.name ?? undefined,
    instanceType: facts.instance?.type,
    availabilityZone: facts.instance?.availabilityZone,
    zoneId: facts.instance?.zoneId ?? undefined,
    privateIp: facts.instance?.privateIp ?? undefined,
    publicIp: facts.instance?.publicIp ?? undefined,
    lifecycle: facts.instance?.lifecycle ?? undefined,
    ...lifeOf(facts, before),
    stateReason: facts.instance?.stateReason ?? undefined,
    group: facts.groupName ?? undefined,
    cluster: facts.containerInstances[0]?.clusterArn.split("/").at(-1),
    owner: facts.owner === "ours" ? undefined : facts.owner,
    services: services(facts),
    tasks: knowsTasks(facts, before) ? facts.tasks.length : undefined,
    fleet: facts.fleet?.id,
    // Evidence since the incident opened stays, even if the problem is over later.
    evidence: evidence(facts, before.openedAt),
    standaloneTasks: standalone(facts, before.labels),
  };
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, Plain] => pair[1] !== undefined));
}

/**
 * Returns the facts with the known reason of the instance's end: a later state change has none, and a missed notice
 * must stay one.
 */
export function withReason(facts: Facts, body: Incident): Facts {
  const { stateReason } = body.labels;
  if (typeof stateReason !== "string" || facts.instance === null || facts.instance.stateReason !== null) return facts;
  return hasEnded(body) || body.goneAt !== null ? { ...facts, instance: { ...facts.instance, stateReason } } : facts;
}

const MOST_EVIDENCE = 3;

function evidence(facts: Facts, openedAt: Ms): string[] | undefined {
  const lately = facts.evidence.filter(({ at }) => at >= openedAt).slice(0, MOST_EVIDENCE);
  return lately.length === 0 ? undefined : lately.map(({ about, said }) => `${about}: ${said}`);
}

/** Returns the largest number of standalone tasks seen; reported at the end, since nothing starts them again. */
function standalone(facts: Facts, { standaloneTasks: had }: Params): number | undefined {
  const count = facts.tasks.filter(({ role }) => role === "standalone").length;
  const most = Math.max(count, typeof had === "number" ? had : 0);
  return most === 0 ? undefined : most;
}

function services(facts: Facts): string[] | undefined {
  const names = [...new Set(facts.tasks.flatMap((task) => (task.service === null ? [] : [task.service])))];
  return names.length === 0 ? undefined : names.slice(0, MOST_SERVICES);
}

/** Returns the incident's tags, with those of its group and cluster added. */
export function tagsFor(doc: Doc<"incident">, facts: Facts): readonly string[] {
  const cluster = facts.containerInstances[0]?.clusterArn;
  const more = [
    ...(facts.groupName === null ? [] : [`asg#${facts.groupName}`]),
    ...(cluster === undefined ? [] : [`cluster#${cluster}`]),
  ].filter((tag) => !doc.tags.includes(tag));
  return more.length === 0 ? doc.tags : [...doc.tags, ...more];
}
