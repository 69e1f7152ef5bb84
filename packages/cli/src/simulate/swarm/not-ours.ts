import type { Call, Instance, Region } from "@spotkeeper/simulator";
import type { OutageKind } from "./dimensions/outages.ts";
import type { SwarmFleet } from "./swarm-fleet.ts";
import type { SwarmWorld } from "./world.ts";

/**
 * What of somebody else's a call would change: docs/drain.md, "What is handed off". Null where it changes nothing of
 * theirs. Names repeat from place to place, so that a call's account and region decide whose they are.
 */
export function touchedOf(fleet: SwarmFleet, { account, region, mutating, input }: Call): string | null {
  if (!mutating) return null;
  const asked = new Set(textsIn(input));
  const isHere = (one: Region): boolean => one.account === account && one.name === region;
  for (const group of fleet.notOurs) {
    if (!isHere(group.region)) continue;
    const members = [...group.members.values()].map(({ instance }) => instance);
    const touched = [group.name, ...members.flatMap(namesOf)].find((name) => asked.has(name));
    if (touched !== undefined) return `${touched} of ${group.name}`;
  }
  if (!fleet.leavesManaged) return null;
  const managed = fleet.regions.filter(isHere).flatMap(({ instances }) => [...instances.values()].filter(isManaged));
  const touched = managed.flatMap(namesOf).find((name) => asked.has(name));
  return touched === undefined ? null : `${touched} of what ECS manages`;
}

/**
 * Whether AWS may not have told whose an instance is: then it is taken for ours, since a doomed instance waits for
 * nobody (docs/drain.md, "What happens when").
 */
export const mayNotTell = ({ faults, outages }: SwarmWorld): boolean =>
  faults.some(({ operation }) => operation === null || operation.startsWith("Describe")) ||
  outages.some(({ kind }) => OF_AWS.has(kind));

/** Outages in which AWS does not answer as it should. */
const OF_AWS: ReadonlySet<OutageKind> = new Set(["region unreachable", "service throttled", "service never answers"]);

/** Whether ECS launched an instance as one of those that it manages itself. */
export const isManaged = ({ managedBy }: Instance): boolean => managedBy !== null;

/** Everything by which a call can name an instance, or what runs on it. */
const namesOf = ({ id, containerInstance }: Instance): string[] => [
  id,
  ...(containerInstance === null ? [] : [containerInstance.arn]),
  ...[...(containerInstance?.tasks ?? [])].flatMap(({ arn, privateIp }) => [arn, privateIp]),
];

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
