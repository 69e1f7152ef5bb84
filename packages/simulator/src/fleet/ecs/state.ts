import type { Ms } from "../../operation.ts";
import type { Group } from "../group-state.ts";
import type { IndexedSet } from "../indexed-set.ts";
import type { Instance, Purchase, Region } from "../state.ts";
import type { Target, TargetGroup } from "../target-state.ts";
import type { ServiceTraffic } from "../traffic-state.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#network_mode */
export type NetworkMode = "bridge" | "host" | "awsvpc";

/** What addresses the subnet of an `awsvpc` task gives it. */
export type AddressFamily = "ipv4" | "ipv6" | "both";

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  /** CPU units: 1024 are one vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** Seconds from SIGTERM to SIGKILL; null: the default of 30 s. */
  readonly stopTimeout: number | null;
  /** Null: it is not told, and is the one that goes with where a task is registered. */
  readonly networkMode: NetworkMode | null;
  /** A port of its instance that a task takes for itself; null: a free one is found for it. */
  readonly hostPort: number | null;
  /** Its container does nothing about SIGTERM, and is killed when its grace is over. */
  readonly ignoresSigterm: boolean;
  /** Its container ends by itself, with an error, so long after it has started; null: it does not. */
  readonly failsAfter: Ms | null;
}

/** Of an Auto Scaling group, or of instances that ECS manages itself. */
export interface CapacityProvider {
  readonly name: string;
  readonly arn: string;
  /** Null: ECS manages its instances. */
  readonly group: Group | null;
  /** How ECS buys the instances that it manages itself; null where a group has them. */
  readonly managedInstances: Purchase | null;
  readonly cluster: Cluster;
  readonly managedDraining: boolean;
  /** ECS sets the desired capacity of its group. */
  readonly managedScaling: boolean;
  readonly managedTerminationProtection: boolean;
  /** `ECS_ENABLE_SPOT_INSTANCE_DRAINING` of the agents that run there. */
  readonly agentSpotDraining: boolean;
  /** Tasks that ask for it and have found no room, by what wants them: a service, or a task set. */
  readonly pending: Map<object, PendingTasks>;
  /** How many data points in a row have said that it has too much. */
  low: number;
  /** Null: nothing has changed since it was last looked at. */
  cancelLook: (() => void) | null;
}

export interface PendingTasks {
  readonly service: Service;
  readonly definition: TaskDefinition;
  readonly count: number;
}

export interface ContainerInstance {
  readonly arn: string;
  readonly cluster: Cluster;
  readonly instance: Instance;
  readonly capacityProvider: CapacityProvider | null;
  readonly agentSpotDraining: boolean;
  readonly cpu: number;
  readonly memory: number;
  readonly registeredAt: Ms;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  agentConnected: boolean;
  usedCpu: number;
  usedMemory: number;
  version: number;
  readonly tasks: Set<Task>;
}

/**
 * How many of a service's tasks a capacity provider has: the first `base`, and of the others as many as its weight is of
 * all weights. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
 */
export interface Share {
  readonly provider: string;
  readonly base: number;
  readonly weight: number;
}

/** Where a service has its tasks run: a launch type, or a capacity provider strategy. */
export type Launch = "EC2" | "FARGATE" | readonly Share[];

/** Who replaces the tasks of a service: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentController.html */
export type Controller = "ECS" | "CODE_DEPLOY" | "EXTERNAL";

/**
 * Tasks of one deployment by a controller that is not ECS itself:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
 */
export interface TaskSet {
  readonly id: string;
  readonly arn: string;
  readonly definition: TaskDefinition;
  readonly targetGroup: TargetGroup | null;
  /** How much of the service's desired count it wants, in percent. */
  scale: number;
  status: "PRIMARY" | "ACTIVE" | "DRAINING";
  readonly createdAt: Ms;
}

export interface Service {
  readonly name: string;
  readonly arn: string;
  readonly cluster: Cluster;
  /** DRAINING from when somebody deletes it until its tasks have stopped. */
  status: "ACTIVE" | "DRAINING";
  /** Of the tasks that start now; tasks of an earlier one are replaced. Of task sets: that of the primary one. */
  definition: TaskDefinition;
  readonly controller: Controller;
  /** Of a service that another controller deploys, the oldest first; ECS's own have none. */
  readonly taskSets: TaskSet[];
  readonly strategy: "REPLICA" | "DAEMON";
  readonly launch: Launch;
  desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  targetGroup: TargetGroup | null;
  /** More of them, in which each task is registered as well. */
  readonly moreTargetGroups: readonly TargetGroup[];
  /** Of blue/green, linear and canary deployments. */
  readonly alternateTargetGroup: TargetGroup | null;
  /** Tasks that start are registered with the alternate one. */
  joinsAlternate: boolean;
  /** Target groups of revisions that are being replaced, and whose tasks still run. */
  readonly formerTargetGroups: TargetGroup[];
  readonly addresses: AddressFamily;
  /** Where its tasks are registered beside that. */
  readonly traffic: ServiceTraffic;
  readonly containerPort: number;
  /** How long its tasks protect themselves when they start; null: they do not. */
  readonly protects: Ms | null;
  readonly createdAt: Ms;
  readonly tasks: Set<Task>;
  readonly messages: { readonly id: string; readonly at: Ms; readonly message: string }[];
  /** No room was found: do not try again before this instant, unless an instance joins. */
  blockedUntil: Ms;
  cancelReconcile: (() => void) | null;
}

export type TaskStatus = "PENDING" | "RUNNING" | "DEACTIVATING" | "STOPPING" | "STOPPED";

export interface Task {
  readonly arn: string;
  readonly cluster: Cluster;
  readonly service: Service | null;
  readonly taskSet: TaskSet | null;
  /** `service:name` or `family:name`. */
  readonly group: string;
  readonly startedBy: string | null;
  readonly definition: TaskDefinition;
  /** Null: it runs on Fargate. */
  readonly containerInstance: ContainerInstance | null;
  /** Name of the capacity provider by whose strategy it was placed; null: by a launch type. */
  readonly capacityProvider: string | null;
  readonly zone: string;
  readonly networkMode: NetworkMode;
  /** The task's own private address in mode `awsvpc`, else that of its instance. */
  readonly privateIp: string;
  /** The task's IPv6 address, where `privateIp` is of IPv4 and the task has both; else null. */
  readonly secondIp: string | null;
  readonly hostPort: number;
  readonly createdAt: Ms;
  lastStatus: TaskStatus;
  desiredStatus: "RUNNING" | "STOPPED";
  startedAt: Ms | null;
  stoppingAt: Ms | null;
  stoppedAt: Ms | null;
  stopCode: string | null;
  stoppedReason: string | null;
  exitCode: number | null;
  /** Task scale-in protection; null: it has none. */
  protectedUntil: Ms | null;
  version: number;
  targets: Target[];
  cancelTimer: () => void;
}

export interface Cluster {
  readonly name: string;
  readonly arn: string;
  readonly region: Region;
  readonly capacityProviders: CapacityProvider[];
  readonly containerInstances: Map<string, ContainerInstance>;
  /** Where tasks can be placed: ACTIVE, and the agent answers. */
  readonly ready: IndexedSet<ContainerInstance>;
  readonly services: Map<string, Service>;
  readonly tasks: Map<string, Task>;
}
