import { later } from "../later.ts";
import type { CapacityProvider, Cluster, ContainerInstance } from "./state.ts";
import type { Instance, World } from "../state.ts";
import { finishTask, resumeStopping } from "./tasks.ts";
import { arn } from "../region.ts";
import { isAlive } from "../state.ts";
import { sizeOf } from "./sizes.ts";
import { tellContainerInstance } from "./events.ts";

/** Joins an instance to a cluster, as its agent does when it starts. */
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
  if (!options.quiet) tellContainerInstance(world, container);
  roomChanged(world, cluster);
  return container;
};

/** All that an instance is registered as, what its agent is now first. */
export const containersOf = ({ containerInstance, formerContainers }: Instance): readonly ContainerInstance[] => [
  ...(containerInstance ? [containerInstance] : []),
  ...formerContainers,
];

/**
 * The agent forgets what it was (its data folder is lost), or is told another cluster, and registers anew. ECS is not
 * told that the old one is the same instance: it stays, ACTIVE, with an agent that is not connected and with its tasks.
 * https://github.com/aws/amazon-ecs-agent/issues/782 (RegisterContainerInstance is not idempotent)
 *
 * @param cluster that it joins; by default the one that it is in
 */
export const registerAgain = (world: World, instance: Instance, cluster?: Cluster): ContainerInstance => {
  const old = instance.containerInstance;
  if (!old) throw new RangeError(`${instance.id} is registered in no cluster`);
  old.agentConnected = false;
  old.cluster.ready.delete(old);
  instance.formerContainers.add(old);
  tellContainerInstance(world, old);
  const provider = cluster === undefined || cluster === old.cluster ? old.capacityProvider : null;
  return registerContainer(world, cluster ?? old.cluster, instance, { provider });
};

/** Every service of a cluster looks again: there is more room, or less. */
const roomChanged = (world: World, cluster: Cluster): void => {
  for (const service of cluster.services.values()) {
    service.blockedUntil = 0;
    for (const listener of world.listeners.serviceChanged) listener(service);
  }
};

/** ACTIVE to DRAINING and back; a state that holds already changes nothing. */
export const setContainerState = (world: World, container: ContainerInstance, status: "ACTIVE" | "DRAINING"): void => {
  if (container.status === status || container.status === "INACTIVE") return;
  container.status = status;
  if (status === "ACTIVE" && container.agentConnected) container.cluster.ready.add(container);
  else container.cluster.ready.delete(container);
  if (status === "DRAINING") world.oracle.draining(container.instance);
  tellContainerInstance(world, container);
  if (status === "ACTIVE") roomChanged(world, container.cluster);
  else {
    const services = new Set([...container.tasks].map((task) => task.service));
    for (const service of services) {
      if (service) for (const listener of world.listeners.serviceChanged) listener(service);
    }
  }
};

/** Hears EC2: an instance of a provider's group joins, unless it is in the warm pool; one that dies takes its tasks along. */
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
 * The agent loses its connection; what runs goes on, and ECS places and stops nothing there meanwhile.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
 */
export const loseAgent = (world: World, container: ContainerInstance): void => {
  container.agentConnected = false;
  container.cluster.ready.delete(container);
  tellContainerInstance(world, container);
};

/** A stopped instance that starts again keeps its registration: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html */
export const reconnect = (world: World, container: ContainerInstance): void => {
  if (container.agentConnected) return;
  container.agentConnected = true;
  if (container.status === "ACTIVE") container.cluster.ready.add(container);
  tellContainerInstance(world, container);
  for (const task of [...container.tasks]) resumeStopping(world, task);
  roomChanged(world, container.cluster);
};

const disconnect = (world: World, container: ContainerInstance): void => {
  if (!container.agentConnected) return;
  container.agentConnected = false;
  container.cluster.ready.delete(container);
  tellContainerInstance(world, container);
  for (const task of [...container.tasks]) {
    task.stopCode ??= "TerminationNotice";
    task.stoppedReason ??= `Host EC2 (instance ${container.instance.id}) terminated.`;
    finishTask(world, task, null);
  }
};

/**
 * Takes it out of its cluster, as ECS does for an instance that is terminated while its agent is connected. One without a
 * connected agent stays until somebody deregisters it:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html
 */
export const deregisterContainer = (world: World, container: ContainerInstance): void => {
  container.status = "INACTIVE";
  container.instance.formerContainers.delete(container);
  container.cluster.ready.delete(container);
  container.cluster.containerInstances.delete(container.arn);
  tellContainerInstance(world, container);
};

/**
 * A person takes it out by force, while its tasks run: ECS forgets them, takes them out of their load balancers, and
 * starts those of services elsewhere. What their containers do then nobody of AWS sees.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html (force)
 */
export const forceDeregister = (world: World, container: ContainerInstance): void => {
  deregisterContainer(world, container);
  if (container.instance.containerInstance === container) container.instance.containerInstance = null;
  for (const task of [...container.tasks]) finishTask(world, task, null);
};
