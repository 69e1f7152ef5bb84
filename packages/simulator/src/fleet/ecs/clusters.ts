import type {
  AddressFamily,
  CapacityProvider,
  Cluster,
  ContainerInstance,
  Controller,
  Launch,
  Service,
  Task,
  TaskDefinition,
} from "./state.ts";
import type { Ms } from "../../operation.ts";
import type { Instance, Region, World } from "../state.ts";
import type { Group } from "../group-state.ts";
import type { TargetGroup } from "../target-state.ts";
import type { ServiceTraffic } from "../traffic-state.ts";
import { arn } from "../region.ts";
import { createIndexedSet } from "../indexed-set.ts";
import { isHostOf, providerOfNext, runsOnFargate } from "./launch.ts";
import { fits, startTask } from "./tasks.ts";
import { managedDrainingHook } from "./draining.ts";
import { isWarm } from "../group-launch.ts";
import { putHook } from "../hooks.ts";
import { containersOf, registerContainer } from "./containers.ts";
import { touchService } from "./scheduler.ts";
import { createTaskSet } from "./task-sets.ts";

export const createCluster = (region: Region, name: string): Cluster => {
  const cluster: Cluster = {
    name,
    arn: arn(region, "ecs", `cluster/${name}`),
    region,
    capacityProviders: [],
    containerInstances: new Map(),
    ready: createIndexedSet(),
    services: new Map(),
    tasks: new Map(),
  };
  region.clusters.set(name, cluster);
  return cluster;
};

export interface ProviderOptions {
  readonly managedDraining?: boolean;
  readonly managedScaling?: boolean;
  /** Does nothing without managed scaling, which it brings along. */
  readonly managedTerminationProtection?: boolean;
  readonly agentSpotDraining?: boolean;
  /** Which of the group's instances have joined already; all of them unless given. */
  readonly joined?: (instance: Instance) => boolean;
}

/** Gives a group to a cluster: its instances join now, and later ones when they boot. */
export const attachGroup = (
  world: World,
  cluster: Cluster,
  group: Group,
  options: ProviderOptions = {},
): CapacityProvider => {
  const name = `${group.name}-provider`;
  const provider: CapacityProvider = {
    name,
    arn: arn(cluster.region, "ecs", `capacity-provider/${name}`),
    group,
    managedInstances: null,
    cluster,
    managedDraining: options.managedDraining ?? false,
    managedScaling: options.managedScaling ?? options.managedTerminationProtection ?? false,
    managedTerminationProtection: options.managedTerminationProtection ?? false,
    agentSpotDraining: options.agentSpotDraining ?? false,
    pending: new Map(),
    low: 0,
    cancelLook: null,
  };
  cluster.region.capacityProviders.set(name, provider);
  cluster.capacityProviders.push(provider);
  group.capacityProvider = provider;
  group.tags.set("AmazonECSManaged", "true");
  if (provider.managedDraining) {
    putHook(world, group, {
      name: managedDrainingHook,
      transition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 3600,
      defaultResult: "CONTINUE",
      notificationTarget: null,
      notificationMetadata: null,
    });
  }
  for (const member of group.members.values()) {
    // Its agent waits until the group takes it out of the warm pool.
    if (isWarm(member)) continue;
    const { instance } = member;
    if (options.joined?.(instance) === false) continue;
    registerContainer(world, cluster, instance, { provider, quiet: true });
  }
  return provider;
};

export interface ServiceSpec {
  readonly name: string;
  readonly definition: TaskDefinition;
  /** Ignored for daemons: one for each instance. */
  readonly desired?: number;
  readonly strategy?: Service["strategy"];
  /** On Fargate Spot alone, short for a strategy of that one provider; else as a service has it. */
  readonly launch?: Launch | "FARGATE_SPOT";
  /** Who deploys it; unless given ECS itself. Of another one, all tasks are of one task set at first. */
  readonly controller?: Controller;
  /** That the task set is not the primary one yet, which another controller decides. */
  readonly withoutPrimary?: boolean;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly targetGroup?: TargetGroup | null;
  readonly alternateTargetGroup?: TargetGroup | null;
  readonly moreTargetGroups?: readonly TargetGroup[];
  readonly addresses?: AddressFamily;
  readonly traffic?: ServiceTraffic;
  readonly containerPort?: number;
  /** Where its tasks run, one for each time that an instance is named; spread over the cluster unless given. */
  readonly on?: readonly Instance[];
  readonly protects?: Ms | null;
  /** What finds no room is left to the scheduler; else it is an error. */
  readonly mayLackRoom?: boolean;
}

const ON_FARGATE_SPOT: Launch = [{ provider: "FARGATE_SPOT", base: 0, weight: 1 }];

/** A service in its steady state: what it wants runs already, spread over the cluster. AWS's defaults: 100 and 200 percent. */
export const createService = (world: World, cluster: Cluster, spec: ServiceSpec): Service => {
  const daemon = spec.strategy === "DAEMON";
  const service: Service = {
    name: spec.name,
    arn: arn(cluster.region, "ecs", `service/${cluster.name}/${spec.name}`),
    cluster,
    status: "ACTIVE",
    definition: spec.definition,
    controller: spec.controller ?? "ECS",
    taskSets: [],
    strategy: spec.strategy ?? "REPLICA",
    launch: spec.launch === "FARGATE_SPOT" ? ON_FARGATE_SPOT : (spec.launch ?? "EC2"),
    desired: spec.desired ?? 1,
    minimumHealthyPercent: spec.minimumHealthyPercent ?? (daemon ? 0 : 100),
    maximumPercent: spec.maximumPercent ?? (daemon ? 100 : 200),
    targetGroup: spec.targetGroup ?? null,
    alternateTargetGroup: spec.alternateTargetGroup ?? null,
    joinsAlternate: false,
    formerTargetGroups: [],
    moreTargetGroups: spec.moreTargetGroups ?? [],
    addresses: spec.addresses ?? "ipv4",
    traffic: spec.traffic ?? {},
    containerPort: spec.containerPort ?? 8080,
    protects: spec.protects ?? null,
    createdAt: world.clock.now(),
    tasks: new Set(),
    messages: [],
    blockedUntil: 0,
    cancelReconcile: null,
  };
  cluster.services.set(service.name, service);
  const { definition, targetGroup } = service;
  const status = spec.withoutPrimary === true ? "ACTIVE" : "PRIMARY";
  const taskSet =
    service.controller === "ECS"
      ? null
      : createTaskSet(world, service, { definition, targetGroup, scale: 100, status });
  const hosts = cluster.ready.items.filter((container) => fits(container, definition));
  // Services start at different instances, or the first ones would carry a task of each.
  const offset = daemon ? 0 : world.random.int(hosts.length || 1);
  const host = (index: number, provider: string | null): ContainerInstance | undefined => {
    const own = hosts.filter((one) => isHostOf(one, provider));
    const turn = own[(index + offset) % own.length];
    return turn && fits(turn, definition) ? turn : own.find((other) => fits(other, definition));
  };
  const begin = (index: number): void => {
    const capacityProvider = providerOfNext(service);
    const containerInstance = runsOnFargate(service.launch) ? null : host(index, capacityProvider);
    const zone = containerInstance?.instance.zone ?? cluster.region.zones[index % cluster.region.zones.length];
    if (containerInstance === undefined && spec.mayLackRoom) return touchService(world, service);
    if (containerInstance === undefined || !zone)
      throw new RangeError(`cluster ${cluster.name} has no room for ${spec.name}`);
    const where = { containerInstance, capacityProvider, zone: zone.name };
    startTask(world, { cluster, definition, service, taskSet, ...where, running: true });
  };
  if (spec.on !== undefined) {
    for (const instance of spec.on) {
      const containerInstance = containersOf(instance).find((one) => one.cluster === cluster);
      const zone = instance.zone.name;
      if (containerInstance !== undefined)
        startTask(world, { cluster, definition, service, containerInstance, zone, running: true });
    }
    return service;
  }
  const count = daemon ? hosts.filter((one) => isHostOf(one, null)).length : service.desired;
  for (let index = 0; index < count; index += 1) begin(index);
  if (daemon) service.desired = count;
  return service;
};

export interface StandaloneSpec {
  /** The instance that it runs on; drawn unless given. */
  readonly on?: Instance;
  /** The task group; by default the task definition's family: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
  readonly group?: string;
}

/** A task that no service owns: DRAINING leaves it alone. Returns null where no instance of the cluster has room. */
export const runStandalone = (
  world: World,
  cluster: Cluster,
  definition: TaskDefinition,
  { on, group }: StandaloneSpec = {},
): Task | null => {
  const given = on === undefined ? null : containersOf(on).filter((one) => one.cluster === cluster);
  const hosts =
    given ?? cluster.ready.items.filter((container) => isHostOf(container, null) && fits(container, definition));
  if (hosts.length === 0) return null;
  const containerInstance = world.random.pick(hosts);
  const zone = containerInstance.instance.zone.name;
  return startTask(world, {
    cluster,
    definition,
    containerInstance,
    zone,
    startedBy: "operator",
    running: true,
    ...(group === undefined ? {} : { group }),
  });
};
