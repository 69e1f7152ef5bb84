import type { Ms } from "../../operation.ts";
import type { Group } from "../groups/group-state.ts";
import type { IndexedSet } from "../indexed-set.ts";
import type { Instance, Purchase, Region } from "../state.ts";
import type { Target, TargetGroup } from "../targets/target-state.ts";
import type { ServiceTraffic } from "../targets/traffic-state.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#network_mode */
export type NetworkMode = "bridge" | "host" | "awsvpc";

/** The address families of an `awsvpc` task's subnet. */
export type AddressFamily = "ipv4" | "ipv6" | "both";

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  /** CPU units; 1024 are one vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** Seconds from SIGTERM to SIGKILL; null means the default of 30 s. */
  readonly stopTimeout: number | null;
  /** Null: not specified; then the mode that its load balancers need. */
  readonly networkMode: NetworkMode | null;
  /** A fixed port of the instance; null means a free one is chosen. */
  readonly hostPort: number | null;
  /** Its container ignores SIGTERM and is killed after the stop timeout. */
  readonly ignoresSigterm: boolean;
  /** Its container ends by itself with an error this long after its start; null means it does not. */
  readonly failsAfter: Ms | null;
}

/** A capacity provider: of an Auto Scaling group, or of ECS Managed Instances. */
export interface CapacityProvider {
  readonly name: string;
  readonly arn: string;
  /** Null for Managed Instances. */
  readonly group: Group | null;
  /** The purchase option of Managed Instances; null for a group. */
  readonly managedInstances: Purchase | null;
  readonly cluster: Cluster;
  readonly managedDraining: boolean;
  /** Whether ECS sets the desired capacity of its group. */
  readonly managedScaling: boolean;
  readonly managedTerminationProtection: boolean;
  /** Whether its agents have `ECS_ENABLE_SPOT_INSTANCE_DRAINING`. */
  readonly agentSpotDraining: boolean;
  /** Tasks of this provider without room, by their service or task set. */
  readonly pending: Map<object, PendingTasks>;
  /** The number of data points in a row that showed too much capacity. */
  low: number;
  /** Cancels the next check; null if none is planned. */
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
 * One entry of a capacity provider strategy: the provider runs the first `base` tasks, and of the others a share by
 * weight. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
 */
export interface Share {
  readonly provider: string;
  readonly base: number;
  readonly weight: number;
}

/** How a service launches its tasks: by a launch type, or by a capacity provider strategy. */
export type Launch = "EC2" | "FARGATE" | readonly Share[];

/**
 * The deployment controller: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentController.html
 */
export type Controller = "ECS" | "CODE_DEPLOY" | "EXTERNAL";

/**
 * The tasks of one deployment by CodeDeploy or an external controller:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
 */
export interface TaskSet {
  readonly id: string;
  readonly arn: string;
  readonly definition: TaskDefinition;
  readonly targetGroup: TargetGroup | null;
  /** Its share of the service's desired count, in percent. */
  scale: number;
  status: "PRIMARY" | "ACTIVE" | "DRAINING";
  readonly createdAt: Ms;
}

export interface Service {
  readonly name: string;
  readonly arn: string;
  readonly cluster: Cluster;
  /** DRAINING from its deletion until its tasks have stopped. */
  status: "ACTIVE" | "DRAINING";
  /** The revision of new tasks; tasks of an earlier one are replaced. With task sets, that of the primary one. */
  definition: TaskDefinition;
  readonly controller: Controller;
  /** The task sets of a service with another controller, oldest first; empty with the controller ECS. */
  readonly taskSets: TaskSet[];
  readonly strategy: "REPLICA" | "DAEMON";
  readonly launch: Launch;
  desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  targetGroup: TargetGroup | null;
  /** Further target groups in which each task is registered. */
  readonly moreTargetGroups: readonly TargetGroup[];
  /** The other target group of blue/green, linear and canary deployments. */
  readonly alternateTargetGroup: TargetGroup | null;
  /** Whether new tasks are registered with the alternate target group. */
  joinsAlternate: boolean;
  /** Target groups of earlier revisions whose tasks still run. */
  readonly formerTargetGroups: TargetGroup[];
  readonly addresses: AddressFamily;
  /** Registrations other than target groups. */
  readonly traffic: ServiceTraffic;
  readonly containerPort: number;
  /** How long a new task is protected from scale-in; null means it is not. */
  readonly protects: Ms | null;
  readonly createdAt: Ms;
  readonly tasks: Set<Task>;
  readonly messages: { readonly id: string; readonly at: Ms; readonly message: string }[];
  /** There was no room: do not try before this instant, unless an instance joins. */
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
  /** Null on Fargate. */
  readonly containerInstance: ContainerInstance | null;
  /** The capacity provider that the strategy chose; null if a launch type was used instead. */
  readonly capacityProvider: string | null;
  readonly zone: string;
  readonly networkMode: NetworkMode;
  /** The task's own private address in mode `awsvpc`, else its instance's. */
  readonly privateIp: string;
  /** The task's IPv6 address if `privateIp` is IPv4 and it has both; else null. */
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
  /** When its scale-in protection ends; null means not protected. */
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
  /** Container instances on which tasks can be placed: ACTIVE, with a connected agent. */
  readonly ready: IndexedSet<ContainerInstance>;
  readonly services: Map<string, Service>;
  readonly tasks: Map<string, Task>;
}
