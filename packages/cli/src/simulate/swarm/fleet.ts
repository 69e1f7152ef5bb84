import {
  addManagedInstances,
  arn,
  createTargetGroup,
  createWorld,
  type Group,
  type Instance,
  regionOf,
  registerContainer,
  registerTarget,
  spotkeeperRules,
  type WorldOptions,
} from "@spotkeeper/simulator";
import { buildContainer } from "./build/container.ts";
import { buildUserFleet } from "./build/facts.ts";
import { buildGroup, clusterOf, launchAlone } from "./build/group.ts";
import { beginUnderWay } from "./build/under-way.ts";
import { buildService, buildStandalone } from "./build/service.ts";
import { awsNameOf, homeOf } from "./dimensions/places.ts";
import { oursOf } from "./ours.ts";
import type { SwarmFleet } from "./swarm-fleet.ts";
import { playedPolicy, type SwarmWorld } from "./world.ts";

/** Builds the fleet of a world, with everything running and serving. */
export function buildFleet(wiring: WorldOptions, spec: SwarmWorld): SwarmFleet {
  if (spec.user !== null) return buildUserFleet(wiring, spec, spec.user);
  const world = createWorld(wiring);
  const home = homeOf(spec.places);
  const queue = arn({ account: home.account, name: home.region }, "sqs", "spotkeeper");
  const regions = new Map(spec.places.map(({ name, account, region }) => [name, regionOf(world, account, region)]));
  // A message without its envelope names neither account nor region, so it is taken for one of the queue's own place.
  for (const [name, region] of regions)
    region.rules.push(...spotkeeperRules(queue, spec.bareHooks && name === home.name));
  const targetGroups = new Map(
    spec.targetGroups.flatMap(({ name, place, type, delay, balancer, crossZoneOff, zoneOff }) => {
      const region = regions.get(place);
      if (region === undefined) return [];
      const zonesOff = region.zones.flatMap((zone, index) => (index === zoneOff ? [zone.name] : []));
      const made = createTargetGroup(world, region, {
        name: awsNameOf(name),
        targetType: type,
        port: 8_080,
        deregistrationDelay: delay,
        zonesOff,
        // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
        attributes: crossZoneOff ? { "load_balancing.cross_zone.enabled": "false" } : {},
        ...(balancer === null ? {} : { loadBalancer: `${awsNameOf(name)}-balancer`, loadBalancerType: balancer }),
      });
      return [[name, made] as const];
    }),
  );
  const groups = new Map<string, Group>();
  for (const item of spec.groups) {
    const region = regions.get(item.place);
    const owner = spec.owners.find(({ group }) => group === item.name)?.owner ?? null;
    // assumed: a hook can notify only a queue of its own region; AWS's page names no other.
    const ourQueue = region?.name === home.region ? queue : null;
    if (region !== undefined)
      groups.set(item.name, buildGroup(world, region, { item, owner, targetGroups, queue: ourQueue }));
  }
  const membersOf = (group: Group): Instance[] => [...group.members.values()].map(({ instance }) => instance);
  const members = new Map<string, readonly Instance[]>([...groups].map(([name, group]) => [name, membersOf(group)]));
  const lone: Instance[] = [];
  for (const { name, place, cluster, terminationProtected } of spec.alone) {
    const region = regions.get(place);
    if (region === undefined) continue;
    const instance = launchAlone(world, region);
    instance.disableApiTermination = terminationProtected;
    if (cluster !== null) registerContainer(world, clusterOf(region, cluster), instance, { quiet: true });
    members.set(name, [instance]);
    lone.push(instance);
  }
  for (const { name, place, cluster, desired, spot } of spec.managed) {
    const region = regions.get(place);
    if (region === undefined) continue;
    const purchase = spot ? "spot" : "on-demand";
    const ofCluster = clusterOf(region, cluster);
    const provider = addManagedInstances(world, ofCluster, { name: awsNameOf(name), purchase, count: desired });
    members.set(
      name,
      [...region.instances.values()].filter(({ managedBy }) => managedBy === provider),
    );
  }
  for (const item of spec.services) {
    const region = regions.get(item.place);
    if (region !== undefined) buildService(world, region, item, targetGroups);
  }
  for (const item of spec.standalone) {
    const region = regions.get(item.place);
    if (region !== undefined) buildStandalone(world, region, item);
  }
  for (const item of spec.containers) {
    const instance = members.get(item.group)?.[item.nth];
    if (instance !== undefined) buildContainer(world, instance, item);
  }
  for (const { group, nth, targetGroup, port, state } of spec.byHand) {
    const instance = members.get(group)?.[nth];
    const to = targetGroups.get(targetGroup);
    if (instance === undefined || to === undefined) continue;
    const id = to.targetType === "ip" ? instance.privateIp : instance.id;
    if (to.targets.has(`${id}:${port}`)) continue;
    const target = registerTarget(world, to, { id, port, instance, healthy: state !== "initial" });
    if (state === "unhealthy") Object.assign(target, { state, reason: "Target.FailedHealthChecks" });
  }
  for (const { place, zone } of spec.shifts) {
    const region = regions.get(place);
    const shifted = region?.zones[zone];
    if (shifted !== undefined) region?.shiftedZones.add(shifted.name);
  }
  return {
    world,
    regions: [...regions.values()],
    groups,
    members,
    alone: new Set(lone.map(({ id }) => id)),
    ...oursOf(playedPolicy(spec), queue, groups.values(), lone),
  };
}

/** Starts all changes that are in progress when the worker starts. Returns true if there are any. */
export function beginAll({ world, groups }: SwarmFleet, spec: SwarmWorld): boolean {
  const begun = spec.groups.map((item) => {
    const group = groups.get(item.name);
    return group !== undefined && beginUnderWay(world, group, item);
  });
  return begun.includes(true);
}
