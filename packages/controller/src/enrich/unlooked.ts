import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { Place } from "../aws/ask.ts";
import type { TargetGroup } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import { regionId } from "../inventory/ids.ts";
import type { Inventory, Known } from "../inventory/inventory.ts";
import { classicWith, registeredOf } from "./registered.ts";
import { holdsOurs } from "../inventory/ours.ts";
import { holdsInstances } from "../inventory/target-groups.ts";

/** A list that was read longer ago may lack a target: twice what the sweep takes for those that hold nothing of ours. */
const LOOKED_WITHIN: Ms = 7_200_000;
/** Where no list has the instance, one that was read longer ago is read again. */
const SURE_FOR: Ms = 60_000;

/** Whether any list has the instance, by its id or by an address of its own. */
export function isListed(inventory: Inventory, place: Place, id: string): boolean {
  const instance = inventory.get("instance", id)?.value ?? null;
  return registeredOf(inventory, place, id, instance).length + classicWith(inventory, place, id).length > 0;
}

/**
 * Target groups that may hold the instance and were not looked at since it was launched, or not lately: the likeliest
 * first. Those of other networks cannot hold it (an instance is registered by id in its own network only; addresses that
 * are registered from elsewhere repeat between networks, and are nobody's for sure).
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-register-targets.html
 *
 * @param id of the instance
 */
export const unlooked = (inventory: Inventory, place: Place, id: string, now: Ms): readonly TargetGroup[] =>
  olderThan(inventory, place, id, now - LOOKED_WITHIN);

/** The same, with what is to be read again because no list has the instance. */
export const worthALook = (inventory: Inventory, place: Place, id: string, now: Ms): readonly TargetGroup[] =>
  olderThan(inventory, place, id, now - (isListed(inventory, place, id) ? LOOKED_WITHIN : SURE_FOR));

function olderThan(inventory: Inventory, place: Place, id: string, since: Ms): readonly TargetGroup[] {
  const instance = inventory.get("instance", id)?.value ?? null;
  const all = inventory.get("targetGroups", regionId(place))?.value ?? [];
  const from = Math.max(since, instance?.launchTime ?? 0);
  const listOf = ({ arn }: TargetGroup): Known<"health"> | undefined => inventory.get("health", arn);
  return all
    .filter((group) => holdsInstances(group) && isNear(group, instance) && (listOf(group)?.observedAt ?? 0) < from)
    .map((group) => ({ group, likelihood: likelihood(group, listOf(group), inventory), readAt: at(listOf(group)) }))
    .toSorted((a, b) => b.likelihood - a.likelihood || a.readAt - b.readAt)
    .map(({ group }) => group);
}

const at = (list: Known<"health"> | undefined): Ms => list?.observedAt ?? 0;

function isNear({ vpcId }: TargetGroup, instance: Ec2Instance | null): boolean {
  const networks = (instance?.addresses ?? []).flatMap((one) => one.vpcId ?? []);
  return vpcId === null || networks.length === 0 || networks.includes(vpcId);
}

/** Before others: what sends requests somewhere, and what holds others of ours. */
function likelihood(group: TargetGroup, list: Known<"health"> | undefined, inventory: Inventory): number {
  const balanced = group.loadBalancerArns.length > 0 ? 2 : 0;
  return balanced + (holdsOurs(inventory, list?.value ?? []) ? 1 : 0);
}
