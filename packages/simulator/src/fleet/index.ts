import type { Operation } from "../operation.ts";
import type { World } from "./state.ts";
import { autoScalingOperations } from "../services/autoscaling.ts";
import { ec2Operations } from "../services/ec2.ts";
import { classicElbOperations } from "../services/classic-elb.ts";
import { cloudMapOperations } from "../services/cloud-map.ts";
import { ecsOperations } from "../services/ecs.ts";
import { elbv2Operations } from "../services/elbv2.ts";
import { latticeOperations } from "../services/lattice.ts";
import { ssmOperations } from "../services/ssm.ts";

/** All operations that read or change the fleet. */
export const fleetOperations: readonly Operation<World>[] = [
  ...ec2Operations,
  ...autoScalingOperations,
  ...ecsOperations,
  ...elbv2Operations,
  ...classicElbOperations,
  ...latticeOperations,
  ...cloudMapOperations,
  ...ssmOperations,
];

export type { Cluster, Launch } from "./ecs/state.ts";
export type { Group, Hook, LifecycleAction, Member, WarmPool } from "./groups/group-state.ts";
export type { GroupSpec, HookSpec } from "./groups/group-create.ts";
export type { InstanceFacts } from "./instance-facts.ts";
export type { InterruptOptions } from "./interrupt.ts";
export type { Effect, EffectKind, Leftovers, Oracle } from "./oracle.ts";
export type { Instance, Region, World } from "./state.ts";
export type { Service } from "./ecs/state.ts";
export type { Target, TargetGroup } from "./targets/target-state.ts";
export type {
  ClassicLoadBalancer,
  DiscoveryService,
  LatticeTargetGroup,
  ServiceTraffic,
} from "./targets/traffic-state.ts";
export type { EventRule } from "./events.ts";
export type { WorldOptions } from "./world.ts";
export { addManagedInstances } from "./ecs/managed-instances.ts";
export { isOnFargateSpot } from "./ecs/launch.ts";
export { attachGroup, createCluster, createService, runStandalone } from "./ecs/clusters.ts";
export { defineTask } from "./ecs/definitions.ts";
export { createClassicLoadBalancer, deregisterClassic, registerClassic } from "./targets/classic-load-balancer.ts";
export { addDiscovered, createDiscoveryService } from "./targets/cloud-map.ts";
export { deleteService, deployService, moveService, scaleService, shiftService } from "./ecs/deployments.ts";
export { createGroup } from "./groups/group-create.ts";
export { createLatticeTargetGroup } from "./targets/lattice.ts";
export { deleteGroup } from "./groups/group-delete.ts";
export { detachMembers, endMember, holdMember } from "./groups/group-end.ts";
export { startRefresh } from "./groups/refresh.ts";
export { createTargetGroup, deregisterTarget, registerTarget } from "./targets/targets.ts";
export { createWorld } from "./world.ts";
export { interrupt, recommend } from "./interrupt.ts";
export { failTask, interruptTask, stopTask } from "./ecs/tasks.ts";
export { endInstance, launchInstance, startInstance } from "./instances.ts";
export {
  containersOf,
  deregisterContainer,
  forceDeregister,
  loseAgent,
  reconnect,
  registerAgain,
  registerContainer,
  setContainerState,
} from "./ecs/containers.ts";
export { arn, partitionOf, regionOf, zoneOf } from "./region.ts";
export { setStandby } from "./groups/standby.ts";
export type { Random } from "./random.ts";
export { createRandom } from "./random.ts";
