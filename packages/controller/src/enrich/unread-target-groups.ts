import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { Place } from "../aws/ask.ts";
import type { TargetGroup } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import { regionId } from "../inventory/ids.ts";
import type { Inventory, Known } from "../inventory/inventory.ts";
import { classicWith, registeredOf } from "./registered.ts";
import { containsKnownInstance } from "../inventory/known-instances.ts";
import { holdsInstances } from "../inventory/target-groups.ts";

/** Maximum age of a health list: twice the sweep's interval for target groups without known instances. */
const READ_WITHIN: Ms = 7_200_000;
/** Maximum age if no list contains the instance. */
const UNLISTED_WITHIN: Ms = 60_000;

/** Whether any list contains the instance, by its id or one of its addresses. */
export function isListed(inventory: Inventory, place: Place, id: string): boolean {
  const instance = inventory.get("instance", id)?.value ?? null;
  return registeredOf(inventory, place, id, instance).length + classicWith(inventory, place, id).length > 0;
}

/**
 * Returns target groups that may contain the instance and were not read since its launch, or not recently: the
 * likeliest first. Those of other VPCs cannot contain it: an instance is registered by id only in its own VPC, and
 * addresses are not unique across VPCs.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-register-targets.html
 *
 * @param id instance id
 */
export const unreadTargetGroups = (inventory: Inventory, place: Place, id: string, now: Ms): readonly TargetGroup[] =>
  olderThan(inventory, place, id, now - READ_WITHIN);

/** Returns the same, and also lists to read again if no list contains the instance. */
export const targetGroupsToRead = (inventory: Inventory, place: Place, id: string, now: Ms): readonly TargetGroup[] =>
  olderThan(inventory, place, id, now - (isListed(inventory, place, id) ? READ_WITHIN : UNLISTED_WITHIN));

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

/**
 * Returns how likely the group contains the instance: target groups with a load balancer first, and those with other
 * known instances.
 */
function likelihood(group: TargetGroup, list: Known<"health"> | undefined, inventory: Inventory): number {
  const balanced = group.loadBalancerArns.length > 0 ? 2 : 0;
  return balanced + (containsKnownInstance(inventory, list?.value ?? []) ? 1 : 0);
}
