import type { Group, Member } from "./groups/group-state.ts";
import type { Purchase, World } from "./state.ts";
import { isActive } from "./groups/group-launch.ts";
import { reconcileGroupSoon } from "./groups/groups.ts";

/**
 * Changes the group's On-Demand base, and replaces instances of the wrong purchase option: as with Capacity
 * Rebalancing, the new instance is launched first.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html (assumed: this begins at
 * once, with the newest)
 */
export const setOnDemandBase = (world: World, group: Group, base: number): void => {
  group.onDemandBase = base;
  const above = Math.max(0, group.desired - base);
  const wanted = Math.min(group.desired, base + Math.floor((above * group.onDemandPercent) / 100));
  const active = [...group.members.values()].filter((member) => isActive(member) && !member.rebalancing);
  const missing = Math.max(0, group.desired - active.length);
  const onDemand = active.filter(({ instance }) => instance.purchase === "on-demand").length;
  exchange(active, "on-demand", onDemand - wanted);
  exchange(active, "spot", wanted - onDemand - missing);
  reconcileGroupSoon(world, group);
};

const exchange = (active: readonly Member[], purchase: Purchase, count: number): void => {
  const some = active.filter((member) => member.instance.purchase === purchase && member.state === "InService");
  const newest = some.toSorted((one, other) => other.instance.launchTime - one.instance.launchTime);
  for (const member of newest.slice(0, Math.max(0, count))) member.rebalancing = true;
};
