import type { Instance, TargetGroup } from "@spotkeeper/simulator";
import { awsNameOf } from "../dimensions/places.ts";
import type { ByPeople } from "../events/play-event.ts";
import { isUndisturbed } from "./in-time.ts";
import type { Check, Ended } from "./scene.ts";

/** Returns true if the instance had a warning that did not come true, and is in service in its group. */
function survives({ notice, state, member }: Instance): boolean {
  if (notice === null || notice.warnedAt === null || notice.reclaimAt !== null) return false;
  return state === "running" && member?.state === "InService" && !member.group.suspended.has("AddToLoadBalancer");
}

/** Survivors serve as before. Skipped if AWS's answers were wrong: then people are told what could not be put back. */
export const survivorsServe: Check = ({ spec, fleet, people }) =>
  !isUndisturbed(spec)
    ? []
    : [...fleet.world.instances.values()]
        .filter(survives)
        .flatMap((one) => [...outOf(one, people), ...byHandOut(one, { spec, fleet, people })])
        .map(({ id, why }) => `${id} lives on, and is ${why}`);

interface Out {
  readonly id: string;
  readonly why: string;
}

/** Returns the registrations by its group that the instance has lost. */
function outOf({ id, region, member, containerInstance }: Instance, people: ByPeople): Out[] {
  const group = member?.group;
  if (group === undefined) return [];
  const targets = group.targetGroups.flatMap((one) => (isIn(one, id, one.port, people) ? [] : [one.name]));
  const classic = group.classicLoadBalancers.flatMap(({ name, registrations }) =>
    registrations.get(id)?.open === true ? [] : [name],
  );
  const lattice = group.latticeTargetGroups.flatMap(({ name, port, targets: listed }) =>
    listed.get(`${id}:${port}`)?.open === true ? [] : [name],
  );
  const provider = [...region.capacityProviders.values()].find((one) => one.group === group);
  const isDrained =
    containerInstance?.status === "DRAINING" && !people.drained.has(id) && provider?.agentSpotDraining !== true;
  return [
    ...[...targets, ...classic, ...lattice].map((name) => ({ id, why: `out of ${name}` })),
    ...(isDrained ? [{ id, why: "DRAINING" }] : []),
  ];
}

/** Returns the registrations by a person, from before the warning, that the instance has lost. */
function byHandOut(
  { id, privateIp, region }: Instance,
  { spec, fleet, people }: Pick<Ended, "spec" | "fleet" | "people">,
): Out[] {
  return spec.byHand.flatMap(({ group, nth, targetGroup, port }) => {
    if (fleet.members.get(group)?.[nth]?.id !== id) return [];
    const found = [...region.targetGroups.values()].find(({ name }) => name === awsNameOf(targetGroup));
    if (found === undefined) return [];
    const registered = found.targetType === "ip" ? privateIp : id;
    return isIn(found, registered, port, people) ? [] : [{ id, why: `out of ${targetGroup}` }];
  });
}

/** Returns true if the target takes connections, or a person deregistered it. */
function isIn({ name, targets }: TargetGroup, id: string, port: number, { deregistered }: ByPeople): boolean {
  const state = targets.get(`${id}:${port}`)?.state;
  if (state !== undefined && state !== "draining") return true;
  return [...deregistered.keys()].some((one) => one.group.name === name && one.id === id && one.port === port);
}
