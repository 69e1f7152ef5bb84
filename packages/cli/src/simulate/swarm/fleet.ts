import {
  attachGroup,
  createClassicLoadBalancer,
  createCluster,
  createDiscoveryService,
  createGroup,
  createLatticeTargetGroup,
  createService,
  createTargetGroup,
  createWorld,
  defineTask,
  type Group,
  type HookSpec,
  type Instance,
  type Region,
  regionOf,
  registerAgain,
  registerTarget,
  type ServiceTraffic,
  spotkeeperRules,
  type TargetGroup,
  type World,
  type WorldOptions,
} from "@spotkeeper/simulator";
import { ACCOUNT, REGION } from "../access.ts";
import { QUEUE_ARN } from "../lab.ts";
import type { GroupItem, ServiceItem, SwarmWorld } from "./world.ts";

/** The names of hooks that are ours, by the default policy or because they tell our queue. */
export const OUR_HOOKS: ReadonlySet<string> = new Set(["graceful-shutdown-hook", "to-our-queue"]);

/** The types that every group may launch. */
export const TYPES: readonly string[] = ["m5.large", "m6i.large"];

export interface SwarmFleet {
  readonly world: World;
  readonly region: Region;
  /** The instances that each group began with. */
  readonly members: ReadonlyMap<string, readonly Instance[]>;
}

/** The fleet of a world, with everything it has running and serving. */
export function buildFleet(wiring: WorldOptions, spec: SwarmWorld): SwarmFleet {
  const world = createWorld(wiring);
  const region = regionOf(world, ACCOUNT, REGION);
  region.rules.push(...spotkeeperRules(QUEUE_ARN));
  const targetGroups = new Map(
    spec.targetGroups.map(({ name, type, delay, balancer }) => [
      name,
      createTargetGroup(world, region, {
        name,
        targetType: type,
        port: 8_080,
        deregistrationDelay: delay,
        ...(balancer === null ? {} : { loadBalancer: `${name}-balancer`, loadBalancerType: balancer }),
      }),
    ]),
  );
  const members = new Map<string, readonly Instance[]>();
  for (const item of spec.groups) {
    const group = buildGroup(world, region, item, targetGroups);
    members.set(
      item.name,
      [...group.members.values()].map(({ instance }) => instance),
    );
  }
  for (const item of spec.services) buildService(world, region, item, targetGroups);
  for (const { group, nth, targetGroup, port } of spec.byHand) {
    const instance = members.get(group)?.[nth];
    const to = targetGroups.get(targetGroup);
    if (instance === undefined || to === undefined || to.targets.has(`${instance.id}:${port}`)) continue;
    registerTarget(world, to, { id: instance.id, port, instance, healthy: true });
  }
  return { world, region, members };
}

function buildGroup(
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

function buildService(
  world: World,
  region: Region,
  item: ServiceItem,
  targetGroups: ReadonlyMap<string, TargetGroup>,
): void {
  const cluster = region.clusters.get(item.cluster);
  if (cluster === undefined || cluster.containerInstances.size === 0) return;
  const definition = defineTask(region, { family: item.name, cpu: 128, memory: 128, stopTimeout: item.stopTimeout });
  createService(world, cluster, {
    name: item.name,
    definition,
    desired: item.desired,
    strategy: item.daemon ? "DAEMON" : "REPLICA",
    minimumHealthyPercent: item.minimumHealthyPercent,
    targetGroup: item.targetGroup === null ? null : (targetGroups.get(item.targetGroup) ?? null),
    alternateTargetGroup: item.alternate === null ? null : (targetGroups.get(item.alternate) ?? null),
    ipv6Only: item.ipv6Only,
    traffic: trafficOf(world, region, item),
  });
}

function trafficOf(world: World, region: Region, { name, traffic }: ServiceItem): ServiceTraffic {
  switch (traffic) {
    case "classic":
      return { classicLoadBalancer: createClassicLoadBalancer(region, { name: `${name}-classic` }) };
    case "lattice":
      return { latticeTargetGroup: createLatticeTargetGroup(world, region, { name: `${name}-lattice`, type: "IP" }) };
    case "discovery":
      return { discovery: createDiscoveryService(world, region, `${name}-discovery`) };
    case null:
      return {};
  }
}
