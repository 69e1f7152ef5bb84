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
import type { Group } from "../groups/group-state.ts";
import type { TargetGroup } from "../targets/target-state.ts";
import type { ServiceTraffic } from "../targets/traffic-state.ts";
import { arn } from "../region.ts";
import { createIndexedSet } from "../indexed-set.ts";
import { isHostOf, providerOfNext, runsOnFargate } from "./launch.ts";
import { fits, startTask } from "./tasks.ts";
import { managedDrainingHook } from "./draining.ts";
import { isInWarmPool } from "../groups/group-launch.ts";
import { putHook } from "../groups/hooks.ts";
import { containersOf, registerContainer } from "./containers.ts";
import { reconcileServiceSoon } from "./scheduler.ts";
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
  /** Has no effect without managed scaling, so it switches that on. */
  readonly managedTerminationProtection?: boolean;
  readonly agentSpotDraining?: boolean;
  /** Returns true for instances of the group that have already joined; default: all. */
  readonly joined?: (instance: Instance) => boolean;
}

/** Attaches a group to a cluster by a capacity provider: its instances join now, later ones when they boot. */
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
    // An agent in a warm pool waits until the instance leaves the pool.
    if (isInWarmPool(member)) continue;
    const { instance } = member;
    if (options.joined?.(instance) === false) continue;
    registerContainer(world, cluster, instance, { provider, quiet: true });
  }
  return provider;
};

export interface ServiceSpec {
  readonly name: string;
  readonly definition: TaskDefinition;
  /** Ignored for daemons, which run one task on each instance. */
  readonly desired?: number;
  readonly strategy?: Service["strategy"];
  /** How tasks are launched. FARGATE_SPOT is short for a capacity provider strategy with only that. */
  readonly launch?: Launch | "FARGATE_SPOT";
  /** The deployment controller; default ECS. With another one, all tasks are in one task set at first. */
  readonly controller?: Controller;
  /** Whether the task set is not the primary one yet, which an external controller decides. */
  readonly withoutPrimary?: boolean;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly targetGroup?: TargetGroup | null;
  readonly alternateTargetGroup?: TargetGroup | null;
  readonly moreTargetGroups?: readonly TargetGroup[];
  readonly addresses?: AddressFamily;
  readonly traffic?: ServiceTraffic;
  readonly containerPort?: number;
  /** The instance of each task; default: spread over the cluster. */
  readonly on?: readonly Instance[];
  readonly protects?: Ms | null;
  /** Whether tasks without room are left to the scheduler; otherwise they are an error. */
  readonly mayLackRoom?: boolean;
}

const ON_FARGATE_SPOT: Launch = [{ provider: "FARGATE_SPOT", base: 0, weight: 1 }];

/**
 * Creates a service in its steady state: its tasks already run, spread over the cluster. AWS's default percentages are
 * 100 and 200.
 */
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
  // Each service starts at another instance; otherwise the first instances would run a task of every service.
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
    if (containerInstance === undefined && spec.mayLackRoom) return reconcileServiceSoon(world, service);
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
  /** The instance of the task; default: drawn. */
  readonly on?: Instance;
  /**
   * The task group; default: the task definition's family:
   * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
   */
  readonly group?: string;
}

/** Runs a standalone task, which DRAINING does not stop. Returns null if no instance of the cluster has room. */
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
