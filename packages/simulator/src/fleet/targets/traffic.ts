import { addDiscovered, removeDiscovered } from "./cloud-map.ts";
import { discoveryAddress, portOf } from "../ecs/addresses.ts";
import { deregisterClassic, registerClassic } from "./classic-load-balancer.ts";
import type { Task } from "../ecs/state.ts";
import type { Member } from "../groups/group-state.ts";
import { deregisterLattice, registerLattice } from "./lattice.ts";
import type { World } from "../state.ts";
import type { LatticeTargetGroup } from "./traffic-state.ts";

/**
 * Registers a member with its group's Classic Load Balancers and VPC Lattice target groups.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html
 */
export const registerMember = (world: World, { group, instance }: Member, healthy: boolean): void => {
  for (const balancer of group.classicLoadBalancers) registerClassic(world, balancer, instance, healthy);
  for (const targets of group.latticeTargetGroups) {
    registerLattice(world, targets, { id: instance.id, port: targets.port, instance }, healthy);
  }
};

export const deregisterMember = (world: World, { group, instance }: Member): void => {
  for (const balancer of group.classicLoadBalancers) deregisterClassic(world, balancer, instance.id);
  for (const targets of group.latticeTargetGroups) deregisterLattice(world, targets, instance.id, targets.port);
};

/** Returns the id of a task, which ECS uses as instance id in Cloud Map. */
const idOf = (task: Task): string => task.arn.slice(task.arn.lastIndexOf("/") + 1);

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-vpc-lattice.html (type INSTANCE for bridge and host)
 */
const latticePlace = (task: Task, { type }: LatticeTargetGroup): { readonly id: string; readonly port: number } => {
  const instance = task.containerInstance?.instance;
  return { id: type === "INSTANCE" && instance !== undefined ? instance.id : task.privateIp, port: portOf(task) };
};

/**
 * Registers a task. Attributes: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html.
 * With a Classic Load Balancer, the service is reached at a fixed port of its instances.
 */
export const registerTask = (world: World, task: Task, healthy: boolean): void => {
  const { service, cluster } = task;
  if (service === null) return;
  const instance = task.containerInstance?.instance ?? null;
  const { classicLoadBalancer, latticeTargetGroup, discovery } = service.traffic;
  if (classicLoadBalancer !== undefined && instance !== null)
    registerClassic(world, classicLoadBalancer, instance, healthy);
  if (latticeTargetGroup !== undefined) {
    registerLattice(world, latticeTargetGroup, { ...latticePlace(task, latticeTargetGroup), instance }, healthy);
  }
  if (discovery === undefined) return;
  const attributes = {
    ...discoveryAddress(task),
    AWS_INSTANCE_PORT: String(portOf(task)),
    AWS_INIT_HEALTH_STATUS: "HEALTHY",
    AVAILABILITY_ZONE: task.zone,
    ECS_CLUSTER_NAME: cluster.name,
    ECS_SERVICE_NAME: service.name,
    ECS_TASK_DEFINITION_FAMILY: task.definition.family,
    REGION: cluster.region.name,
    ...(instance === null ? {} : { EC2_INSTANCE_ID: instance.id }),
  };
  addDiscovered(world, discovery, { id: idOf(task), attributes, creatorRequestId: `ecs-${idOf(task)}` });
};

/**
 * Deregisters a stopping task at once. The Classic Load Balancer keeps the instance while it has other tasks of the
 * service.
 */
export const deregisterTask = (world: World, task: Task): void => {
  const { service } = task;
  if (service === null) return;
  const instance = task.containerInstance?.instance ?? null;
  const { classicLoadBalancer, latticeTargetGroup, discovery } = service.traffic;
  const others = [...(task.containerInstance?.tasks ?? [])].some(
    (other) => other !== task && other.service === service && other.desiredStatus === "RUNNING",
  );
  if (classicLoadBalancer !== undefined && instance !== null && !others)
    deregisterClassic(world, classicLoadBalancer, instance.id);
  if (latticeTargetGroup !== undefined) {
    const { id, port } = latticePlace(task, latticeTargetGroup);
    deregisterLattice(world, latticeTargetGroup, id, port);
  }
  if (discovery !== undefined) removeDiscovered(world, discovery, idOf(task));
};
