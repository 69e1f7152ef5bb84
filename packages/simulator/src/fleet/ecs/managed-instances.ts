import type { CapacityProvider, Cluster } from "./state.ts";
import { registerContainer } from "./containers.ts";
import { launchInstance } from "../instances.ts";
import { arn } from "../region.ts";
import type { Instance, Purchase, World } from "../state.ts";
import { isAlive } from "../state.ts";

/**
 * The operator of ECS Managed Instances: ECS launches and ends them, and nobody else may end them:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html
 */
const OPERATOR = "ecs.amazonaws.com";
/** assumed: ECS chooses the type that the tasks need. */
const TYPE = "m5.large";

export interface ManagedSpec {
  readonly name: string;
  readonly purchase: Purchase;
  /** The number of instances that run from the beginning. */
  readonly count: number;
}

/** Adds a capacity provider of Managed Instances to a cluster; it belongs to that cluster only. */
export const addManagedInstances = (world: World, cluster: Cluster, spec: ManagedSpec): CapacityProvider => {
  const { region } = cluster;
  const provider: CapacityProvider = {
    name: spec.name,
    arn: arn(region, "ecs", `capacity-provider/${spec.name}`),
    group: null,
    managedInstances: spec.purchase,
    cluster,
    managedDraining: false,
    managedScaling: false,
    managedTerminationProtection: false,
    // assumed: ECS sees the warnings of its Managed Instances, and drains them.
    agentSpotDraining: true,
    pending: new Map(),
    low: 0,
    cancelLook: null,
  };
  region.capacityProviders.set(spec.name, provider);
  cluster.capacityProviders.push(provider);
  for (let index = 0; index < spec.count; index += 1) {
    const instance = launch(world, provider, index, true);
    registerContainer(world, cluster, instance, { provider, quiet: true });
  }
  return provider;
};

const launch = (world: World, provider: CapacityProvider, index: number, running: boolean): Instance => {
  const { region } = provider.cluster;
  const zone = region.zones[index % region.zones.length];
  if (zone === undefined) throw new RangeError(`${region.name} has no zones`);
  return launchInstance(world, region, {
    zone,
    type: TYPE,
    purchase: provider.managedInstances ?? "on-demand",
    operator: OPERATOR,
    managedBy: provider,
    running,
  });
};

/** Launches one more instance for a task without room, unless one is already starting (assumed: one at a time). */
export const launchManaged = (world: World, provider: CapacityProvider): void => {
  const { cluster } = provider;
  const isComing = [...cluster.region.instances.values()].some(
    (one) => one.managedBy === provider && isAlive(one) && one.containerInstance === null,
  );
  if (!isComing) launch(world, provider, world.random.int(cluster.region.zones.length), false);
};
