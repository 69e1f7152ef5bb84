import type { Call, Group } from "@spotkeeper/simulator";
import type { SwarmFleet } from "./swarm-fleet.ts";
import type { SwarmWorld } from "./world.ts";

/**
 * What of somebody else's a call would change: docs/drain.md, "What is handed off". Null where it changes nothing of
 * theirs. Names repeat from place to place, so that a call's account and region decide whose they are.
 */
export function touchedOf(fleet: SwarmFleet, { account, region, mutating, input }: Call): string | null {
  if (!mutating) return null;
  const asked = new Set(textsIn(input));
  for (const group of fleet.notOurs) {
    if (group.region.account !== account || group.region.name !== region) continue;
    const touched = namesOf(group).find((name) => asked.has(name));
    if (touched !== undefined) return `${touched} of ${group.name}`;
  }
  return null;
}

/**
 * Whether AWS may not have told whose an instance is: then it is taken for ours, since a doomed instance waits for
 * nobody (docs/drain.md, "What happens when").
 */
export const mayNotTell = ({ faults, outages }: SwarmWorld): boolean =>
  faults.some(({ operation }) => operation === null || operation.startsWith("Describe")) ||
  outages.some(({ kind }) => kind === "region unreachable" || kind === "service throttled");

/** Everything by which a call can name a group, its instances, or what runs on them. */
function namesOf(group: Group): string[] {
  return [
    group.name,
    ...[...group.members.values()].flatMap(({ instance }) => [
      instance.id,
      ...(instance.containerInstance === null ? [] : [instance.containerInstance.arn]),
      ...[...(instance.containerInstance?.tasks ?? [])].flatMap(({ arn, privateIp }) => [arn, privateIp]),
    ]),
  ];
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
