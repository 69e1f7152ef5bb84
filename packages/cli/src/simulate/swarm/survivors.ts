import type { Instance } from "@spotkeeper/simulator";
import { isUndisturbed } from "./in-time.ts";
import type { Check, Ended } from "./invariants.ts";
import type { ByPeople } from "./happenings.ts";

/**
 * Whether an instance was warned of an end that did not come, and serves in its group. Where AWS's answers went wrong, what
 * could not be put back is told to people in its place.
 */
function survives({ notice, state, member }: Instance): boolean {
  if (notice === null || notice.warnedAt === null || notice.reclaimAt !== null) return false;
  return state === "running" && member?.state === "InService" && !member.group.suspended.has("AddToLoadBalancer");
}

export const survivorsServe: Check = ({ spec, fleet, people }) =>
  !isUndisturbed(spec)
    ? []
    : [...fleet.world.instances.values()]
        .filter(survives)
        .flatMap((one) => [...outOf(one, fleet, people), ...byHandOut(one, { spec, fleet, people })]);

/** What the group of the instance registers it with, and no longer has it. */
function outOf({ id, member, containerInstance }: Instance, { region }: Ended["fleet"], people: ByPeople): string[] {
  const group = member?.group;
  if (group === undefined) return [];
  const targets = group.targetGroups.flatMap(({ name, port, targets }) => {
    const key = `${id}:${port}`;
    return people.deregistered.has(`${name}/${key}`) || isServing(targets.get(key)?.state) ? [] : [name];
  });
  const classic = group.classicLoadBalancers.flatMap(({ name, registrations }) =>
    registrations.get(id)?.open === true ? [] : [name],
  );
  const lattice = group.latticeTargetGroups.flatMap(({ name, port, targets }) =>
    targets.get(`${id}:${port}`)?.open === true ? [] : [name],
  );
  const provider = [...region.capacityProviders.values()].find((one) => one.group === group);
  const isDrained =
    containerInstance?.status === "DRAINING" && !people.drained.has(id) && provider?.agentSpotDraining !== true;
  return [
    ...[...targets, ...classic, ...lattice].map((name) => `${id} lives on, and is out of ${name}`),
    ...(isDrained ? [`${id} lives on, and is DRAINING`] : []),
  ];
}

/** What a person had registered it with before the warning. */
function byHandOut({ id }: Instance, { spec, fleet, people }: Pick<Ended, "spec" | "fleet" | "people">): string[] {
  return spec.byHand.flatMap(({ group, nth, targetGroup, port }) => {
    const key = `${id}:${port}`;
    if (fleet.members.get(group)?.[nth]?.id !== id || people.deregistered.has(`${targetGroup}/${key}`)) return [];
    const found = [...fleet.region.targetGroups.values()].find(({ name }) => name === targetGroup);
    return isServing(found?.targets.get(key)?.state) ? [] : [`${id} lives on, and is out of ${targetGroup}`];
  });
}

const isServing = (state: string | undefined): boolean => state !== undefined && state !== "draining";
