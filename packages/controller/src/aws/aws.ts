import type { Ms } from "../clock.ts";

/** Where a call goes. The account chooses the role to assume; null is the account of our own credentials. */
export interface Place {
  readonly account: string | null;
  readonly region: string;
}

/** Why a call is made: it orders the lane and is counted apart. */
export type Purpose = "act" | "enrich" | "poll" | "sweep";

export interface Ask {
  readonly purpose: Purpose;
  /** The lane serves the earliest first, and gives up (timed-out) once it has passed. */
  readonly deadline: Ms;
  /** Something else is being done for the same capacity at this moment: that which has had nothing done goes first. */
  readonly followsUp?: boolean;
}

export type FailureKind =
  | "throttled"
  | "denied"
  | "not-found"
  | "invalid"
  | "conflict"
  | "unavailable"
  | "timed-out"
  /** A quota of a queue: too many of its messages are in flight. */
  | "over-limit"
  /** STS is not active in the region for the account. */
  | "region-disabled"
  /** The KMS key of a queue or topic cannot be used. */
  | "kms";

/** The one classification of what can go wrong with an AWS call. One attempt was made; the step machine retries. */
export interface AwsFailureFields {
  readonly kind: FailureKind;
  readonly retryable: boolean;
  /** Earliest sensible retry, from the lane's own state. */
  readonly retryAt: Ms | null;
  readonly service: string;
  readonly operation: string;
  /** AWS's error code, for example `RequestLimitExceeded`. */
  readonly awsCode: string;
  readonly requestId: string | null;
}

/** A write that AWS accepted. `already`: it was done or gone before, which is success. */
export interface Receipt {
  readonly requestId: string | null;
  readonly at: Ms;
  readonly already: boolean;
}

export interface Ec2Instance {
  readonly id: string;
  readonly name: string | null;
  readonly type: string;
  readonly availabilityZone: string;
  readonly zoneId: string | null;
  readonly privateIp: string | null;
  readonly publicIp: string | null;
  /** All private ones, IPv4 and IPv6, of all its network interfaces: what an IP target of it is registered under. */
  readonly addresses: readonly Address[];
  readonly state: string;
  readonly stateReason: string | null;
  /** `spot`, `capacity-block`, `interruptible-capacity-reservation`, `scheduled`; null is On-Demand. */
  readonly lifecycle: string | null;
  readonly launchTime: Ms;
  readonly tags: { readonly [name: string]: string };
  readonly operator: { readonly managed: boolean; readonly principal: string | null } | null;
}

/** Other networks may have the same one. */
export interface Address {
  readonly vpcId: string | null;
  readonly address: string;
}

export interface AutoScalingGroup {
  readonly name: string;
  readonly arn: string | null;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly capacityRebalance: boolean;
  readonly targetGroupArns: readonly string[];
  readonly classicLoadBalancers: readonly string[];
  readonly trafficSources: readonly { readonly type: string; readonly identifier: string }[];
  readonly suspendedProcesses: readonly string[];
  /** Of a mixed instances policy: so much is On-Demand first, and of what is above it `percent`. Null: there is none. */
  readonly onDemand: { readonly base: number; readonly percent: number } | null;
  /** What `desired`, `min` and `max` count: instances, the units of weights, or what its instance types have. */
  readonly counts: "instances" | "units" | "vCPUs" | "MiB";
  readonly maintenancePolicy: { readonly minHealthyPercent: number; readonly maxHealthyPercent: number } | null;
  readonly instances: readonly {
    readonly id: string;
    readonly state: string;
    readonly health: string;
    readonly protected: boolean;
    readonly availabilityZone: string;
    readonly type: string | null;
    /** How much of `desired` it is; null: the group does not count instances, and AWS does not say. */
    readonly units: number | null;
  }[];
  readonly tags: { readonly [name: string]: string };
  readonly zones: readonly string[];
  /** The service principal that alone may change the group; null: whoever has the permission. */
  readonly operator: string | null;
}

export interface GroupMembership {
  readonly instanceId: string;
  readonly group: string;
  readonly state: string;
  readonly protected: boolean;
}

export interface LifecycleHook {
  readonly name: string;
  readonly group: string;
  readonly transition: "terminating" | "launching";
  readonly heartbeatTimeout: Ms;
  readonly globalTimeout: Ms | null;
  readonly defaultResult: "CONTINUE" | "ABANDON";
  readonly notificationTarget: string | null;
  readonly metadata: string | null;
}

export interface ScalingActivity {
  readonly id: string;
  readonly status: string;
  readonly statusMessage: string | null;
  readonly cause: string | null;
  readonly description: string | null;
  readonly startedAt: Ms;
}

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
  readonly protectedUntil: Ms | null;
  readonly stopCode: string | null;
  /** When it ceased to run, where it has; absent in what earlier versions stored. */
  readonly stoppingAt?: Ms | null;
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

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly protocol: string | null;
  /** `instance`, `ip`, `lambda` or `alb`. */
  readonly targetType: string;
  /** Null for `lambda`. */
  readonly vpcId: string | null;
  readonly loadBalancerArns: readonly string[];
}

export interface ClassicLoadBalancer {
  readonly name: string;
  /** Ids of the instances that are registered. */
  readonly instances: readonly string[];
}

export interface TargetGroupAttributes {
  readonly deregistrationDelay: Ms;
  /** NLB: connections are cut when the delay is over. */
  readonly connectionTermination: boolean;
  /** GWLB: `rebalance` or `no_rebalance` on deregistration. */
  readonly gwlbFailover: string | null;
}

export interface Target {
  readonly id: string;
  readonly port: number | null;
  /** A zone, or `all` for an address outside the VPC; null and absent: the balancer finds it. */
  readonly availabilityZone?: string | null;
  /** Of a target of a QUIC listener. */
  readonly quicServerId?: string | null;
}

export interface TargetHealth extends Target {
  readonly state: "initial" | "healthy" | "unhealthy" | "unhealthy.draining" | "unused" | "draining" | "unavailable";
  readonly reason: string | null;
  readonly availabilityZone: string | null;
  /** A zonal shift takes traffic away from it, however healthy it is. */
  readonly shifted?: true;
}

/**
 * What Spotkeeper asks of AWS: the few calls it uses, batched and paced by lanes below. Every method makes at most one
 * attempt a page and rejects with `AwsFailure` (aws/failure.ts). Lists are complete (all pages). What AWS does not know
 * is absent from a map, never an error; what could not be asked is always an error.
 */
export interface Aws {
  readonly ec2: {
    describeInstances(at: Place, ids: readonly string[], ask: Ask): Promise<ReadonlyMap<string, Ec2Instance>>;
    /** What runs, or is about to, in a Capacity Reservation. */
    instancesIn(at: Place, reservationId: string, ask: Ask): Promise<readonly Ec2Instance[]>;
    terminateInstance(at: Place, id: string, ask: Ask): Promise<Receipt>;
  };
  readonly autoScaling: {
    describeGroups(at: Place, names: readonly string[], ask: Ask): Promise<ReadonlyMap<string, AutoScalingGroup>>;
    /** Every group of the region, for the sweeper. */
    listGroups(at: Place, ask: Ask): Promise<readonly AutoScalingGroup[]>;
    memberships(at: Place, instanceIds: readonly string[], ask: Ask): Promise<ReadonlyMap<string, GroupMembership>>;
    describeHooks(at: Place, group: string, ask: Ask): Promise<readonly LifecycleHook[]>;
    /** True while an instance refresh is pending, in progress, cancelling or rolling back. */
    refreshing(at: Place, group: string, ask: Ask): Promise<boolean>;
    activities(at: Place, group: string, since: Ms, ask: Ask): Promise<readonly ScalingActivity[]>;
    /** Always answers CONTINUE (docs/aws-facts.md, 15). "No active Lifecycle Action found" is `already`. */
    completeLifecycle(at: Place, action: HookAnswer, ask: Ask): Promise<Receipt>;
    heartbeat(at: Place, action: HookAnswer, ask: Ask): Promise<Receipt>;
    detach(at: Place, group: string, instanceIds: readonly string[], ask: Ask): Promise<Receipt>;
    setDesired(at: Place, group: string, desired: number, ask: Ask): Promise<Receipt>;
    /** Of its mixed instances policy, the rest of which stays as it is; `invalid` where it has none. */
    setOnDemandBase(at: Place, group: string, base: number, ask: Ask): Promise<Receipt>;
    terminateInGroup(at: Place, instanceId: string, decrement: boolean, ask: Ask): Promise<Receipt>;
  };
  readonly ecs: {
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
  };
  readonly elb: {
    describeTargetGroups(at: Place, arns: readonly string[], ask: Ask): Promise<ReadonlyMap<string, TargetGroup>>;
    targetGroupAttributes(at: Place, arn: string, ask: Ask): Promise<TargetGroupAttributes>;
    /** Every target group of the region. */
    listTargetGroups(at: Place, ask: Ask): Promise<readonly TargetGroup[]>;
    /** Merged: many who ask for one target group at once share one call. */
    targetHealth(at: Place, targetGroupArn: string, ask: Ask): Promise<readonly TargetHealth[]>;
    /** Of these targets only, where the whole list would be long. What is not registered is left out. */
    healthOf(
      at: Place,
      targetGroupArn: string,
      targets: readonly { readonly id: string; readonly port: number }[],
      ask: Ask,
    ): Promise<readonly TargetHealth[]>;
    deregister(at: Place, targetGroupArn: string, target: Target, ask: Ask): Promise<Receipt>;
    register(at: Place, targetGroupArn: string, target: Target, ask: Ask): Promise<Receipt>;
  };
  readonly classicElb: {
    /** Every Classic load balancer of the region, with its instances. */
    list(at: Place, ask: Ask): Promise<readonly ClassicLoadBalancer[]>;
    /** States by instance id: as AWS calls them, and `Deregistering`. */
    instances(at: Place, loadBalancer: string, ask: Ask): Promise<ReadonlyMap<string, string>>;
    deregister(at: Place, loadBalancer: string, instanceId: string, ask: Ask): Promise<Receipt>;
    register(at: Place, loadBalancer: string, instanceId: string, ask: Ask): Promise<Receipt>;
  };
  readonly lattice: {
    targets(at: Place, targetGroup: string, ask: Ask): Promise<readonly (Target & { readonly status: string })[]>;
    deregister(at: Place, targetGroup: string, target: Target, ask: Ask): Promise<Receipt>;
    register(at: Place, targetGroup: string, target: Target, ask: Ask): Promise<Receipt>;
  };
  readonly cloudMap: {
    instances(
      at: Place,
      serviceId: string,
      ask: Ask,
    ): Promise<readonly { readonly id: string; readonly attributes: { readonly [name: string]: string } }[]>;
    deregister(at: Place, serviceId: string, instanceId: string, ask: Ask): Promise<Receipt>;
    register(
      at: Place,
      serviceId: string,
      instanceId: string,
      attributes: { readonly [name: string]: string },
      /** Tells this request from others; at most 64 characters. */
      creatorRequestId: string,
      ask: Ask,
    ): Promise<Receipt>;
  };
  readonly sns: {
    publish(at: Place, topicArn: string, message: SnsMessage, ask: Ask): Promise<{ readonly messageId: string | null }>;
    /** Bytes that the topic takes at most, attributes included; null where it does not say. */
    maximumMessageSize(at: Place, topicArn: string, ask: Ask): Promise<number | null>;
  };
  readonly ssm: {
    /** Runs a document on one instance, through Run Command. `InvalidInstanceId` where Systems Manager does not manage it. */
    sendCommand(at: Place, command: RunCommand, ask: Ask): Promise<{ readonly commandId: string | null }>;
    /** How it goes; null where it is not known (yet: for a moment after it was sent). */
    invocation(at: Place, commandId: string, instanceId: string, ask: Ask): Promise<CommandInvocation | null>;
  };
  readonly sts: {
    /** The account of the credentials that are used at the place. */
    callerAccount(at: Place, ask: Ask): Promise<string | null>;
  };
  readonly eventBridge: {
    /** @param bus name or ARN */
    put(at: Place, bus: string, event: BusEvent, ask: Ask): Promise<{ readonly eventId: string | null }>;
  };
}

export interface RunCommand {
  readonly instanceId: string;
  /** Name or ARN. */
  readonly document: string;
  readonly parameters: { readonly [name: string]: readonly string[] };
  readonly comment: string;
  /** One that has not begun by then never does; AWS takes no less than 30 s. */
  readonly startWithin: Ms;
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
export interface CommandInvocation {
  /** `Pending`, `InProgress`, `Delayed`, `Success`, `Cancelled`, `TimedOut`, `Failed`, `Cancelling`. */
  readonly status: string;
  /** The same, more precisely: `Undeliverable`, `Execution Timed Out`, … */
  readonly details: string;
  /** Below 0 while it runs, and where it never did. */
  readonly exitCode: number | null;
  /** Its beginning: AWS keeps 24,000 characters. */
  readonly output: string;
  readonly errors: string;
}

/** One entry of EventBridge's PutEvents. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  /** JSON. */
  readonly detail: string;
  /** ARNs. */
  readonly resources: readonly string[];
}

export interface HookAnswer {
  readonly group: string;
  readonly hook: string;
  readonly instanceId: string;
  readonly token: string | null;
}

export interface SnsMessage {
  readonly subject: string | null;
  readonly body: string;
  readonly attributes: { readonly [name: string]: string };
  /** FIFO topics only. */
  readonly deduplicationId: string | null;
  readonly groupId: string | null;
}
