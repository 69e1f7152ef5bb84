import {
  attachGroup,
  createClassicLoadBalancer,
  createCluster,
  createDiscoveryService,
  createGroup,
  createLatticeTargetGroup,
  createService,
  createTargetGroup,
  defineTask,
  type Group,
  type Instance,
  launchInstance,
  type Region,
  registerAgain,
  registerClassic,
  registerContainer,
  registerTarget,
  regionOf,
  runStandalone,
  setContainerState,
  type World,
  zoneOf,
} from "@spotkeeper/simulator";
import type {
  FleetFacts,
  GroupFacts,
  InstanceFacts,
  PlaceFacts,
  ServiceFacts,
  TargetGroupFacts,
} from "../facts/document.ts";
import { ACCOUNT, REGION } from "./simulated-aws.ts";

/** The fleet of a document, built in a simulated world. */
export interface BuiltFacts {
  /** In the order of the document. */
  readonly groups: readonly Group[];
  /** Instances outside groups. */
  readonly alone: readonly Instance[];
}

export interface BuildOptions {
  /** Account and region of everything that names none. */
  readonly home?: { readonly account: string; readonly region: string };
  /** Returns the ARN of the simulated queue for a lifecycle hook's notification target. */
  readonly queueOf?: (arn: string) => string;
}

/** A task that fits on every instance: the document does not say how much of an instance a task takes. */
const TASK = { cpu: 1, memory: 1 };
const SPREAD_TASK = { cpu: 256, memory: 512 };
const PORT = 8_080;

/** Builds the fleet of a document, with everything running and serving. */
export function buildFacts(world: World, facts: FleetFacts, options: BuildOptions = {}): BuiltFacts {
  const home = options.home ?? { account: ACCOUNT, region: REGION };
  const placeOf = ({ account, region }: PlaceFacts): Region =>
    regionOf(world, account ?? home.account, region ?? home.region);
  // The given place; else every region that has the service's cluster.
  const regionsOf = (one: ServiceFacts): readonly Region[] =>
    one.account !== null || one.region !== null
      ? [placeOf(one)]
      : [...world.regions.values()].filter(({ clusters }) => clusters.has(one.cluster));
  for (const one of facts.targetGroups) buildTargetGroup(world, placeOf(one), one);
  for (const one of facts.classicLoadBalancers) classicOf(placeOf(one), one.name);
  const groups = facts.groups.map((one) => buildGroup(world, placeOf(one), one, options));
  const alone = facts.instances.map((one) => {
    const region = placeOf(one);
    const { tags, lifecycle, type } = one;
    const zone = one.zone === null ? region.zones[0] : zoneOf(region, one.zone);
    if (zone === undefined) throw new RangeError(`${region.name} has no zone`);
    const spec = { id: one.id, zone, type: type ?? "m5.large", purchase: lifecycle, tags, running: true };
    return launchInstance(world, region, spec);
  });
  for (const one of [...facts.groups.flatMap(({ instances }) => instances), ...facts.instances]) register(world, one);
  for (const one of facts.services) for (const region of regionsOf(one)) buildService(world, region, one);
  for (const { cluster: name, family, stopTimeout, instances, ...place } of facts.tasks) {
    const region = placeOf(place);
    const definition = defineTask(region, { family, ...TASK, stopTimeout });
    for (const id of instances) {
      const on = world.instances.get(id);
      runStandalone(world, clusterOf(region, name), definition, on === undefined ? {} : { on });
    }
  }
  for (const one of facts.targetGroups) registerByHand(world, placeOf(one), one);
  for (const one of facts.classicLoadBalancers) {
    const balancer = classicOf(placeOf(one), one.name);
    for (const id of one.instances) {
      const instance = world.instances.get(id);
      if (instance !== undefined) registerClassic(world, balancer, instance, true);
    }
  }
  for (const one of [...facts.groups.flatMap(({ instances }) => instances), ...facts.instances]) {
    const container = world.instances.get(one.id)?.containerInstance;
    if (one.draining && container) setContainerState(world, container, "DRAINING");
  }
  return { groups, alone };
}

const clusterOf = (region: Region, name: string): ReturnType<typeof createCluster> =>
  region.clusters.get(name) ?? createCluster(region, name);

const classicOf = (region: Region, name: string): ReturnType<typeof createClassicLoadBalancer> =>
  region.classicLoadBalancers.get(name) ?? createClassicLoadBalancer(region, { name });

const latticeOf = (
  world: World,
  region: Region,
  name: string,
  type: "INSTANCE" | "IP",
): ReturnType<typeof createLatticeTargetGroup> =>
  [...region.latticeTargetGroups.values()].find((one) => one.name === name) ??
  createLatticeTargetGroup(world, region, { name, type });

const targetGroupsOf = (region: Region, names: readonly string[]): ReturnType<typeof createTargetGroup>[] =>
  names.flatMap((name) => [...region.targetGroups.values()].find((one) => one.name === name) ?? []);

function buildTargetGroup(world: World, region: Region, one: TargetGroupFacts): void {
  const { name, type, port, protocol, deregistrationDelay, loadBalancer } = one;
  createTargetGroup(world, region, {
    name,
    targetType: type,
    port,
    deregistrationDelay,
    ...(protocol === null ? {} : { protocol }),
    ...(loadBalancer === null ? {} : { loadBalancer: `${name}-balancer`, loadBalancerType: loadBalancer }),
  });
}

function buildGroup(world: World, region: Region, facts: GroupFacts, { queueOf }: BuildOptions): Group {
  const { instances } = facts;
  const named = [...new Set([...facts.zones, ...instances.flatMap(({ zone }) => zone ?? [])])];
  const zones = named.map((name) => zoneOf(region, name).name);
  const types = [...new Set(instances.flatMap(({ type }) => type ?? []))];
  const weights = instances.flatMap(({ type, units }) =>
    units === null ? [] : [[type ?? facts.type, units] as const],
  );
  const inService = instances.filter(({ state }) => state === "InService");
  const least = inService.reduce((sum, { units }) => sum + (units ?? 1), 0);
  const desired = Math.max(facts.desired ?? 0, least);
  const group = createGroup(world, region, {
    name: facts.name,
    min: facts.min,
    desired,
    max: facts.max ?? desired * 2,
    types: types.length === 0 ? [facts.type] : types,
    ...(weights.length === 0 ? {} : { weights: Object.fromEntries(weights) }),
    desiredCapacityType: facts.counts === "vCPUs" ? "vcpu" : facts.counts === "MiB" ? "memory-mib" : null,
    ...(facts.zones.length === 0 ? {} : { zones }),
    mixed: facts.mixed,
    onDemandBase: facts.onDemandBase,
    onDemandPercent: facts.onDemandPercent,
    capacityRebalance: facts.capacityRebalance,
    suspended: facts.suspended,
    maintenance: facts.maintenance,
    ...(facts.operator === null ? {} : { operator: facts.operator }),
    tags: facts.tags,
    targetGroups: targetGroupsOf(region, facts.targetGroups),
    classicLoadBalancers: facts.classicLoadBalancers.map((name) => classicOf(region, name)),
    latticeTargetGroups: facts.latticeTargetGroups.map((name) => latticeOf(world, region, name, "INSTANCE")),
    named: instances.map(({ id, zone, type, lifecycle, state, protected: isProtected, tags }) => ({
      id,
      ...(zone === null ? {} : { zone }),
      type: type ?? facts.type,
      purchase: lifecycle,
      state,
      protected: isProtected,
      tags,
    })),
    hooks: facts.hooks.map(({ transition, notificationTarget, ...hook }) => ({
      ...hook,
      transition:
        transition === "launching" ? "autoscaling:EC2_INSTANCE_LAUNCHING" : "autoscaling:EC2_INSTANCE_TERMINATING",
      notificationTarget: notificationTarget === null ? null : (queueOf?.(notificationTarget) ?? notificationTarget),
    })),
  });
  if (facts.cluster === null) return group;
  const elsewhere = new Set(instances.flatMap(({ id, clusters }) => (clusters === null ? [] : [id])));
  const { managedDraining, managedTerminationProtection, agentSpotDraining } = facts;
  attachGroup(world, clusterOf(region, facts.cluster), group, {
    managedDraining,
    managedTerminationProtection,
    agentSpotDraining,
    joined: ({ id }) => !elsewhere.has(id),
  });
  return group;
}

/**
 * Registers an instance with the clusters it names. The newest registration is last; older ones look as if their agent
 * had left them behind.
 */
function register(world: World, { id, clusters }: InstanceFacts): void {
  const instance = world.instances.get(id);
  if (instance === undefined) return;
  for (const name of clusters ?? []) {
    const cluster = clusterOf(instance.region, name);
    const provider = instance.member?.group.capacityProvider;
    if (instance.containerInstance) registerAgain(world, instance, cluster);
    else
      registerContainer(world, cluster, instance, {
        provider: provider?.cluster === cluster ? provider : null,
        quiet: true,
      });
  }
}

function buildService(world: World, region: Region, facts: ServiceFacts): void {
  const cluster = region.clusters.get(facts.cluster);
  if (cluster === undefined || cluster.containerInstances.size === 0) return;
  const { name, daemon, desired, minimumHealthyPercent, maximumPercent, stopTimeout, addresses, networkMode } = facts;
  const family = `${cluster.name}-${name}`;
  const [own, ...more] = targetGroupsOf(region, facts.targetGroups);
  const [alternate] = facts.alternate === null ? [] : targetGroupsOf(region, [facts.alternate]);
  const behind = {
    name: family,
    targetType: "ip",
    port: PORT,
    loadBalancer: cluster.name,
    deregistrationDelay: 30,
  } as const;
  const on = facts.tasks?.flatMap((id) => world.instances.get(id) ?? []);
  const [classic, lattice, discovery] = [
    facts.classicLoadBalancers[0],
    facts.latticeTargetGroups[0],
    facts.discovery[0],
  ];
  createService(world, cluster, {
    name,
    definition: defineTask(region, { family, ...(on === undefined ? SPREAD_TASK : TASK), stopTimeout, networkMode }),
    desired,
    minimumHealthyPercent,
    ...(maximumPercent === null ? {} : { maximumPercent }),
    targetGroup: own ?? (facts.balanced ? createTargetGroup(world, region, behind) : null),
    alternateTargetGroup: alternate ?? null,
    moreTargetGroups: more,
    addresses,
    containerPort: own?.port ?? PORT,
    traffic: {
      ...(classic === undefined ? {} : { classicLoadBalancer: classicOf(region, classic) }),
      ...(lattice === undefined ? {} : { latticeTargetGroup: latticeOf(world, region, lattice, "IP") }),
      ...(discovery === undefined ? {} : { discovery: createDiscoveryService(world, region, discovery) }),
    },
    ...(daemon ? { strategy: "DAEMON" as const } : {}),
    ...(on === undefined ? {} : { on }),
  });
}

function registerByHand(world: World, region: Region, { name, type, targets }: TargetGroupFacts): void {
  for (const group of targetGroupsOf(region, [name])) {
    for (const { id, port } of targets) {
      const instance = world.instances.get(id) ?? null;
      if (instance === null && id.startsWith("i-")) continue;
      const at = instance !== null && type === "ip" ? instance.privateIp : id;
      registerTarget(world, group, { id: at, port, instance, healthy: true });
    }
  }
}
