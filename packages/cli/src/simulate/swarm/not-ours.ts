import type { Call, Instance, Region } from "@spotkeeper/simulator";
import type { OutageKind } from "./dimensions/outages.ts";
import type { SwarmFleet } from "./swarm-fleet.ts";
import type { SwarmWorld } from "./world.ts";

/**
 * Returns what belongs to somebody else and would be changed by a call: docs/drain.md, "What is handed off". Returns
 * null if nothing is. Names repeat from place to place, so the call's account and region decide.
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
 * Returns true if AWS may not have answered whose an instance is. It is then treated as ours, since a doomed instance
 * cannot wait (docs/drain.md, "What happens when").
 */
export const mayNotTell = ({ faults, outages }: SwarmWorld): boolean =>
  faults.some(({ operation }) => operation === null || operation.startsWith("Describe")) ||
  outages.some(({ kind }) => OF_AWS.has(kind));

/** Outages in which AWS does not answer normally. */
const OF_AWS: ReadonlySet<OutageKind> = new Set(["region unreachable", "service throttled", "service never answers"]);

/** Returns true for ECS Managed Instances. */
export const isManaged = ({ managedBy }: Instance): boolean => managedBy !== null;

/** Returns everything by which a call can name an instance or its tasks. */
const namesOf = ({ id, containerInstance }: Instance): string[] => [
  id,
  ...(containerInstance === null ? [] : [containerInstance.arn]),
  ...[...(containerInstance?.tasks ?? [])].flatMap(({ arn, privateIp }) => [arn, privateIp]),
];

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
