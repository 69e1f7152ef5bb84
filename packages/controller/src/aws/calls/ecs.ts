import type { Ms } from "../../clock.ts";
import type { Ask, Place, Receipt } from "../ask.ts";

export interface ContainerInstance {
  readonly clusterArn: string;
  readonly arn: string;
  readonly instanceId: string;
  readonly status: string;
  readonly agentConnected: boolean;
  readonly runningTasks: number;
  readonly pendingTasks: number;
  readonly capacityProvider: string | null;
  readonly attributes: { readonly [name: string]: string };
}

export interface EcsCluster {
  readonly arn: string;
  readonly tags: { readonly [name: string]: string };
  /** Names of its capacity providers. */
  readonly capacityProviders: readonly string[];
}

export interface CapacityProvider {
  readonly name: string;
  readonly groupArn: string | null;
  readonly managedDraining: boolean;
  readonly managedTerminationProtection: boolean;
  readonly managedInstances: boolean;
}

export interface EcsTask {
  readonly arn: string;
  readonly clusterArn: string;
  readonly containerInstanceArn: string | null;
  readonly taskDefinitionArn: string;
  /** `service:<name>` or `family:<name>`. */
  readonly group: string | null;
  readonly startedBy: string | null;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly launchType: string | null;
  readonly availabilityZone: string | null;
  /** Addresses of the task's own network interface: IPv4, IPv6 or both. */
  readonly privateAddresses: readonly string[];
  /**
   * Whether the network mode is `awsvpc`, also before the address is known; else the task is reached through its
   * instance.
   */
  readonly ownInterface: boolean;
  /**
   * Ports of its instance under which it is a target, if it has no own interface. Absent in data of earlier versions.
   */
  readonly hostPorts?: readonly number[];
  readonly protectedUntil: Ms | null;
  readonly stopCode: string | null;
  /** When it began to stop; null if it did not. Absent in data of earlier versions. */
  readonly stoppingAt?: Ms | null;
  /** When its containers ended; null if they did not. Absent in data of earlier versions. */
  readonly endedAt?: Ms | null;
}

export interface EcsService {
  readonly arn: string;
  readonly name: string;
  readonly clusterArn: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly daemon: boolean;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly taskDefinitionArn: string;
  /**
   * Target groups of the service. Of blue/green, linear and canary deployments both: a task can be in either of them.
   */
  readonly targets: readonly {
    readonly targetGroupArn: string;
    readonly containerPort: number | null;
    /** The other target group of the pair: a task is in one of them. */
    readonly pairedWith?: string;
  }[];
  readonly classicLoadBalancers: readonly string[];
  readonly serviceRegistries: readonly string[];
  readonly latticeTargetGroups: readonly string[];
  /** Why the registrations of an earlier revision could not be read, while a deployment is in progress. */
  readonly unread?: string;
  readonly events: readonly { readonly at: Ms; readonly message: string }[];
}

export interface TaskDefinition {
  readonly arn: string;
  /** The longest `stopTimeout` of its containers; null if none is set. */
  readonly stopTimeout: Ms | null;
  readonly networkMode: string | null;
}

/** The calls to Amazon ECS. */
export interface EcsCalls {
  listClusters(at: Place, ask: Ask): Promise<readonly string[]>;
  /** Describes clusters; the keys are the requested ARNs or names. */
  describeClusters(at: Place, names: readonly string[], ask: Ask): Promise<ReadonlyMap<string, EcsCluster>>;
  describeCapacityProviders(at: Place, ask: Ask): Promise<readonly CapacityProvider[]>;
  /**
   * Reads container instances by instance id, or all of the cluster if `ids` is null. The answer is filtered again,
   * since moto ignores the filter. One instance can have several.
   */
  containerInstances(
    at: Place,
    cluster: string,
    ids: readonly string[] | null,
    ask: Ask,
  ): Promise<ReadonlyMap<string, readonly ContainerInstance[]>>;
  /** Reads one by ARN, a hundred of a cluster in one call; undefined means ECS does not know it. */
  containerInstance(at: Place, cluster: string, arn: string, ask: Ask): Promise<ContainerInstance | undefined>;
  /**
   * Reads the tasks on a container instance. Merged: many container instances of a cluster need O(tasks/100) calls, not
   * one each.
   */
  tasksOn(at: Place, cluster: string, containerInstanceArn: string, ask: Ask): Promise<readonly EcsTask[]>;
  /** Reads the tasks that are stopping, which `tasksOn` does not contain. */
  stoppingOn(at: Place, cluster: string, containerInstanceArn: string, ask: Ask): Promise<readonly EcsTask[]>;
  describeTasks(at: Place, cluster: string, arns: readonly string[], ask: Ask): Promise<ReadonlyMap<string, EcsTask>>;
  listServices(at: Place, cluster: string, ask: Ask): Promise<readonly string[]>;
  describeServices(
    at: Place,
    cluster: string,
    names: readonly string[],
    ask: Ask,
  ): Promise<ReadonlyMap<string, EcsService>>;
  taskDefinition(at: Place, arn: string, ask: Ask): Promise<TaskDefinition>;
  setState(
    at: Place,
    cluster: string,
    containerInstanceArn: string,
    to: "DRAINING" | "ACTIVE",
    ask: Ask,
  ): Promise<Receipt>;
  stopTask(at: Place, cluster: string, taskArn: string, reason: string, ask: Ask): Promise<Receipt>;
}
