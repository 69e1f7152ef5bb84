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
  /** IPv4, IPv6 or both, of the task's own network interface. */
  readonly privateAddresses: readonly string[];
  /** Network mode `awsvpc`, also before its address is known; else it is reached through its instance. */
  readonly ownInterface: boolean;
  /** Of its instance, where it has no interface of its own: under these it is a target. Absent in what earlier versions stored. */
  readonly hostPorts?: readonly number[];
  readonly protectedUntil: Ms | null;
  readonly stopCode: string | null;
  /** When it ceased to run, or was told to stop, where it has; absent in what earlier versions stored. */
  readonly stoppingAt?: Ms | null;
  /** When its containers had ended, where they have; absent in what earlier versions stored. */
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
  /** Of blue/green, linear and canary deployments both: a task can stand in the one as well as in the other. */
  readonly targets: readonly {
    readonly targetGroupArn: string;
    readonly containerPort: number | null;
    /** The other one of the two: a task stands in one of them. */
    readonly pairedWith?: string;
  }[];
  readonly classicLoadBalancers: readonly string[];
  readonly serviceRegistries: readonly string[];
  readonly latticeTargetGroups: readonly string[];
  /** Why what an earlier revision is registered with could not be read, while a deployment is under way. */
  readonly unread?: string;
  readonly events: readonly { readonly at: Ms; readonly message: string }[];
}

export interface TaskDefinition {
  readonly arn: string;
  /** The longest of its containers' `stopTimeout`s; null where none says. */
  readonly stopTimeout: Ms | null;
  readonly networkMode: string | null;
}

/** What Spotkeeper asks of Amazon ECS. */
export interface EcsCalls {
  listClusters(at: Place, ask: Ask): Promise<readonly string[]>;
  /** By ARN or name, as asked. */
  describeClusters(at: Place, names: readonly string[], ask: Ask): Promise<ReadonlyMap<string, EcsCluster>>;
  describeCapacityProviders(at: Place, ask: Ask): Promise<readonly CapacityProvider[]>;
  /**
   * By instance id, checked on what comes back (moto ignores the filter); all of the cluster where `ids` is null. One
   * instance can be registered several times.
   */
  containerInstances(
    at: Place,
    cluster: string,
    ids: readonly string[] | null,
    ask: Ask,
  ): Promise<ReadonlyMap<string, readonly ContainerInstance[]>>;
  /** Merged: many container instances of a cluster cost O(tasks/100) calls, not one each. */
  tasksOn(at: Place, cluster: string, containerInstanceArn: string, ask: Ask): Promise<readonly EcsTask[]>;
  /** Those that were told to stop and have not stopped yet, which the list above leaves out. */
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
