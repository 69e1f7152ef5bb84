import { later } from "../later.ts";
import type { CapacityProvider, Cluster, ContainerInstance } from "./state.ts";
import type { Instance, World } from "../state.ts";
import { finishTask, resumeStopping } from "./tasks.ts";
import { arn } from "../region.ts";
import { isAlive } from "../state.ts";
import { sizeOf } from "./sizes.ts";
import { publishContainerInstance } from "./events.ts";

/** Registers an instance with a cluster, as its agent does when it starts. */
export const registerContainer = (
  world: World,
  cluster: Cluster,
  instance: Instance,
  options: {
    readonly provider?: CapacityProvider | null;
    readonly agentSpotDraining?: boolean;
    readonly quiet?: boolean;
  } = {},
): ContainerInstance => {
  const provider = options.provider ?? null;
  const container: ContainerInstance = {
    arn: arn(cluster.region, "ecs", `container-instance/${cluster.name}/${world.random.hex(32)}`),
    cluster,
    instance,
    capacityProvider: provider,
    agentSpotDraining: options.agentSpotDraining ?? provider?.agentSpotDraining ?? false,
    ...sizeOf(instance.type),
    registeredAt: world.clock.now(),
    status: "ACTIVE",
    agentConnected: true,
    usedCpu: 0,
    usedMemory: 0,
    version: 1,
    tasks: new Set(),
  };
  cluster.containerInstances.set(container.arn, container);
  cluster.ready.add(container);
  instance.containerInstance = container;
  if (!options.quiet) publishContainerInstance(world, container);
  roomChanged(world, cluster);
  return container;
};

/** Returns all container instances of an instance; the current one of its agent is first. */
export const containersOf = ({ containerInstance, formerContainers }: Instance): readonly ContainerInstance[] => [
  ...(containerInstance ? [containerInstance] : []),
  ...formerContainers,
];

/**
 * Registers an instance a second time: its agent has lost its state (its data folder), or was configured for another
 * cluster. ECS does not know that the old container instance is the same machine: it stays ACTIVE, without a connected
 * agent, with its tasks. https://github.com/aws/amazon-ecs-agent/issues/782 (RegisterContainerInstance is not
 * idempotent)
 *
 * @param cluster the cluster that it joins; default: the current one
 */
export const registerAgain = (world: World, instance: Instance, cluster?: Cluster): ContainerInstance => {
  const old = instance.containerInstance;
  if (!old) throw new RangeError(`${instance.id} is registered in no cluster`);
  old.agentConnected = false;
  old.cluster.ready.delete(old);
  instance.formerContainers.add(old);
  publishContainerInstance(world, old);
  const provider = cluster === undefined || cluster === old.cluster ? old.capacityProvider : null;
  return registerContainer(world, cluster ?? old.cluster, instance, { provider });
};

/** Tells all services of a cluster that its room has changed. */
const roomChanged = (world: World, cluster: Cluster): void => {
  for (const service of cluster.services.values()) {
    service.blockedUntil = 0;
    for (const listener of world.listeners.serviceChanged) listener(service);
  }
};

/** Sets a container instance to ACTIVE or DRAINING; does nothing if it already has that state. */
export const setContainerState = (world: World, container: ContainerInstance, status: "ACTIVE" | "DRAINING"): void => {
  if (container.status === status || container.status === "INACTIVE") return;
  container.status = status;
  if (status === "ACTIVE" && container.agentConnected) container.cluster.ready.add(container);
  else container.cluster.ready.delete(container);
  if (status === "DRAINING") world.oracle.draining(container.instance);
  publishContainerInstance(world, container);
  if (status === "ACTIVE") roomChanged(world, container.cluster);
  else {
    const services = new Set([...container.tasks].map((task) => task.service));
    for (const service of services) {
      if (service) for (const listener of world.listeners.serviceChanged) listener(service);
    }
  }
};

/**
 * Follows an instance's state: an instance of a provider's group joins the cluster, unless it is in the warm pool; a
 * dead instance ends its tasks.
 */
export const containersFollowInstance = (world: World, instance: Instance): void => {
  const { settings } = world;
  const provider = instance.managedBy ?? instance.member?.group.capacityProvider;
  if (instance.state === "running" && provider && !instance.containerInstance) {
    // `ECS_WARM_POOLS_CHECK`: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-warm-pool.html
    if (instance.member?.state.startsWith("Warmed:")) return;
    later(world, settings.containerJoin, () => {
      if (isAlive(instance) && !instance.containerInstance)
        registerContainer(world, provider.cluster, instance, { provider });
    });
    return;
  }
  const container = instance.containerInstance;
  if (!container) return;
  if (instance.state === "running") return reconnect(world, container);
  if (instance.state === "shutting-down" || instance.state === "stopping") disconnect(world, container);
  if (instance.state === "terminated") deregisterContainer(world, container);
};

/**
 * Disconnects an agent. Its tasks go on; until it reconnects, ECS neither places nor stops tasks there.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
 */
export const loseAgent = (world: World, container: ContainerInstance): void => {
  container.agentConnected = false;
  container.cluster.ready.delete(container);
  publishContainerInstance(world, container);
};

/**
 * Reconnects an agent. A stopped instance keeps its registration when it starts again:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html
 */
export const reconnect = (world: World, container: ContainerInstance): void => {
  if (container.agentConnected) return;
  container.agentConnected = true;
  if (container.status === "ACTIVE") container.cluster.ready.add(container);
  publishContainerInstance(world, container);
  for (const task of [...container.tasks]) resumeStopping(world, task);
  roomChanged(world, container.cluster);
};

const disconnect = (world: World, container: ContainerInstance): void => {
  if (!container.agentConnected) return;
  container.agentConnected = false;
  container.cluster.ready.delete(container);
  publishContainerInstance(world, container);
  for (const task of [...container.tasks]) {
    task.stopCode ??= "TerminationNotice";
    task.stoppedReason ??= `Host EC2 (instance ${container.instance.id}) terminated.`;
    finishTask(world, task, null);
  }
};

/**
 * Removes a container instance from its cluster, as ECS does for an instance that is terminated while its agent is
 * connected. Without a connected agent it stays until somebody deregisters it:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html
 */
export const deregisterContainer = (world: World, container: ContainerInstance): void => {
  container.status = "INACTIVE";
  container.instance.formerContainers.delete(container);
  container.cluster.ready.delete(container);
  container.cluster.containerInstances.delete(container.arn);
  publishContainerInstance(world, container);
};

/**
 * Deregisters a container instance with `force`, as a person may do while its tasks run. ECS forgets the tasks,
 * deregisters them from load balancers, and starts those of services elsewhere. The containers go on unobserved.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html (force)
 */
export const forceDeregister = (world: World, container: ContainerInstance): void => {
  deregisterContainer(world, container);
  if (container.instance.containerInstance === container) container.instance.containerInstance = null;
  for (const task of [...container.tasks]) finishTask(world, task, null);
};
