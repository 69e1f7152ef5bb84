import {
  attachGroup,
  createClassicLoadBalancer,
  createCluster,
  createGroup,
  createLatticeTargetGroup,
  type Group,
  type HookSpec,
  type Region,
  registerAgain,
  type TargetGroup,
  type World,
} from "@spotkeeper/simulator";
import { QUEUE_ARN } from "../../lab.ts";
import type { GroupItem } from "../dimensions/groups.ts";

/** The names of hooks that are ours, by the default policy or because they tell our queue. */
export const OUR_HOOKS: ReadonlySet<string> = new Set(["graceful-shutdown-hook", "to-our-queue"]);

/** The types that every group may launch. */
export const TYPES: readonly string[] = ["m5.large", "m6i.large"];

/** A group with its instances, registered with its cluster where it has one. */
export function buildGroup(
  world: World,
  region: Region,
  item: GroupItem,
  targetGroups: ReadonlyMap<string, TargetGroup>,
): Group {
  const group = createGroup(world, region, {
    name: item.name,
    desired: item.desired,
    max: item.desired + item.room,
    types: TYPES,
    ...(item.weighted ? { weights: { "m5.large": 1, "m6i.large": 2 } } : {}),
    onDemandBase: Math.min(item.onDemandBase, item.desired),
    capacityRebalance: item.capacityRebalance,
    protectNew: item.protectNew,
    suspended: item.suspended,
    targetGroups: item.targetGroups.flatMap((name) => targetGroups.get(name) ?? []),
    classicLoadBalancers: item.classic ? [createClassicLoadBalancer(region, { name: `${item.name}-classic` })] : [],
    latticeTargetGroups: item.lattice
      ? [createLatticeTargetGroup(world, region, { name: `${item.name}-lattice`, type: "INSTANCE" })]
      : [],
    hooks: hooksOf(item),
  });
  if (item.cluster !== null) {
    const cluster = region.clusters.get(item.cluster) ?? createCluster(region, item.cluster);
    attachGroup(world, cluster, group, {
      managedDraining: item.managedDraining,
      agentSpotDraining: item.agentSpotDraining,
    });
    const [first] = group.members.values();
    if (item.registeredAgain && first !== undefined) registerAgain(world, first.instance);
  }
  return group;
}

function hooksOf({ hook }: GroupItem): HookSpec[] {
  const transition = "autoscaling:EC2_INSTANCE_TERMINATING";
  switch (hook) {
    case "ours":
      return [{ name: "graceful-shutdown-hook", transition, heartbeatTimeout: 300, defaultResult: "CONTINUE" }];
    case "ours, to our queue":
      return [{ name: "to-our-queue", transition, heartbeatTimeout: 300, notificationTarget: QUEUE_ARN }];
    case "somebody else's":
      return [{ name: "theirs", transition, heartbeatTimeout: 60, defaultResult: "CONTINUE" }];
    case null:
      return [];
  }
}
