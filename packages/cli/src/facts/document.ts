/**
 * A fleet as JSON: what `replay` and `simulate --swarm` take with `--facts`, and what `spotkeeper facts` writes. Where an
 * account or region is null, the simulator's own is taken.
 */
export interface FleetFacts {
  readonly groups: readonly GroupFacts[];
  /** Those that are in no group. */
  readonly instances: readonly LoneInstanceFacts[];
  readonly services: readonly ServiceFacts[];
  /** Tasks of no service. */
  readonly tasks: readonly TaskFacts[];
  readonly targetGroups: readonly TargetGroupFacts[];
  readonly classicLoadBalancers: readonly ClassicFacts[];
  /** What could not be read when the file was written, for people. */
  readonly unread: readonly string[];
}

export interface PlaceFacts {
  readonly account: string | null;
  readonly region: string | null;
}

export interface GroupFacts extends PlaceFacts {
  readonly name: string;
  /** The ECS cluster that its instances join; null: none. */
  readonly cluster: string | null;
  readonly instances: readonly InstanceFacts[];
  /** In which it may launch; empty: all that its region has. */
  readonly zones: readonly string[];
  readonly min: number;
  /** Null: as many as there are instances. */
  readonly desired: number | null;
  /** Null: twice as much as is desired. */
  readonly max: number | null;
  /** What `desired` counts. */
  readonly counts: (typeof COUNTS)[number];
  /** Of instances that name none, and of those that it launches. */
  readonly type: string;
  /** It has a mixed instances policy; false: a launch template alone. */
  readonly mixed: boolean;
  readonly onDemandBase: number;
  /** Of what is above the base. */
  readonly onDemandPercent: number;
  readonly hooks: readonly HookFacts[];
  readonly capacityRebalance: boolean;
  readonly managedDraining: boolean;
  readonly managedTerminationProtection: boolean;
  /** `ECS_ENABLE_SPOT_INSTANCE_DRAINING` of its agents, which AWS does not say. */
  readonly agentSpotDraining: boolean;
  readonly suspended: readonly string[];
  readonly maintenance: { readonly min: number; readonly max: number } | null;
  /** By name. */
  readonly targetGroups: readonly string[];
  readonly classicLoadBalancers: readonly string[];
  /** VPC Lattice target groups, by id. */
  readonly latticeTargetGroups: readonly string[];
  /** The service principal that alone may change it; null: none. */
  readonly operator: string | null;
  readonly tags: Tags;
}

export type Tags = { readonly [name: string]: string };

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html (DesiredCapacityType) */
export const COUNTS = ["instances", "units", "vCPUs", "MiB"] as const;
export const LIFECYCLES = ["spot", "on-demand"] as const;
export const STATES = ["InService", "Standby"] as const;
export const BALANCERS = ["application", "network", "gateway"] as const;
export const TARGET_TYPES = ["instance", "ip"] as const;
/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
export const PROCESSES = [
  "Launch",
  "Terminate",
  "AddToLoadBalancer",
  "AlarmNotification",
  "AZRebalance",
  "HealthCheck",
  "InstanceRefresh",
  "ReplaceUnhealthy",
  "ScheduledActions",
] as const;
export const TRANSITIONS = ["terminating", "launching"] as const;
export const ADDRESSES = ["ipv4", "ipv6", "both"] as const;
export const NETWORK_MODES = ["awsvpc", "bridge", "host"] as const;
export const RESULTS = ["CONTINUE", "ABANDON"] as const;

export interface InstanceFacts {
  readonly id: string;
  /** Null: not said, and any of the region's zones will do. */
  readonly zone: string | null;
  readonly type: string | null;
  readonly lifecycle: (typeof LIFECYCLES)[number];
  readonly state: (typeof STATES)[number];
  /** From scale-in. */
  readonly protected: boolean;
  /** How much of its group's `desired` it is. */
  readonly units: number | null;
  /** The ECS clusters that it is registered in, the newest registration last; null: that of its group. */
  readonly clusters: readonly string[] | null;
  /** Its container instance is DRAINING. */
  readonly draining: boolean;
  readonly tags: Tags;
}

export interface LoneInstanceFacts extends InstanceFacts, PlaceFacts {}

export interface HookFacts {
  readonly name: string;
  readonly transition: (typeof TRANSITIONS)[number];
  /** Seconds. */
  readonly heartbeatTimeout: number;
  readonly defaultResult: (typeof RESULTS)[number];
  /** The ARN of a queue or topic that is told; null: EventBridge alone. */
  readonly notificationTarget: string | null;
}

export interface ServiceFacts extends PlaceFacts {
  readonly cluster: string;
  readonly name: string;
  readonly desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number | null;
  /** Behind a load balancer that nothing else is said of. */
  readonly balanced: boolean;
  readonly daemon: boolean;
  /** Seconds. */
  readonly stopTimeout: number | null;
  /** By name. */
  readonly targetGroups: readonly string[];
  /** The other one of the first, where the two take turns. */
  readonly alternate: string | null;
  readonly classicLoadBalancers: readonly string[];
  readonly latticeTargetGroups: readonly string[];
  /** Services of Cloud Map, by id. */
  readonly discovery: readonly string[];
  /** What its tasks have addresses of, where they have a network interface of their own. */
  readonly addresses: (typeof ADDRESSES)[number];
  /** Null: as its load balancers need it. */
  readonly networkMode: (typeof NETWORK_MODES)[number] | null;
  /** Ids of the instances that its tasks run on, one for each task; null: spread over the cluster. */
  readonly tasks: readonly string[] | null;
}

export interface TaskFacts extends PlaceFacts {
  readonly cluster: string;
  readonly family: string;
  readonly stopTimeout: number | null;
  /** Ids of the instances that they run on, one for each task. */
  readonly instances: readonly string[];
}

export interface TargetGroupFacts extends PlaceFacts {
  readonly name: string;
  readonly type: (typeof TARGET_TYPES)[number];
  /** That its group's instances are registered on. */
  readonly port: number;
  readonly protocol: string | null;
  /** Seconds. */
  readonly deregistrationDelay: number;
  /** The kind of its load balancer; null: it has none. */
  readonly loadBalancer: (typeof BALANCERS)[number] | null;
  /** Beside what groups and services register. */
  readonly targets: readonly TargetFacts[];
}

export interface TargetFacts {
  /** Of an instance of the fleet, whatever the type of the target group; or an address that is not of the fleet. */
  readonly id: string;
  readonly port: number;
}

export interface ClassicFacts extends PlaceFacts {
  readonly name: string;
  /** Ids, beside those that groups and services register. */
  readonly instances: readonly string[];
}

/** What is said of an instance of which only its id is known. */
export const instanceFacts = (id: string, known: Partial<InstanceFacts> = {}): InstanceFacts => ({
  id,
  zone: null,
  type: null,
  lifecycle: "spot",
  state: "InService",
  protected: false,
  units: null,
  clusters: null,
  draining: false,
  tags: {},
  ...known,
});

/** What is said of a group of which nothing but its name is known. */
export const groupFacts = (name: string, known: Partial<GroupFacts> = {}): GroupFacts => ({
  name,
  account: null,
  region: null,
  cluster: null,
  instances: [],
  zones: [],
  min: 0,
  desired: null,
  max: null,
  counts: "instances",
  type: "m5.large",
  mixed: true,
  onDemandBase: 0,
  onDemandPercent: 0,
  hooks: [],
  capacityRebalance: false,
  managedDraining: false,
  managedTerminationProtection: false,
  agentSpotDraining: false,
  suspended: [],
  maintenance: null,
  targetGroups: [],
  classicLoadBalancers: [],
  latticeTargetGroups: [],
  operator: null,
  tags: {},
  ...known,
});

export const hookFacts = (name: string, known: Partial<HookFacts> = {}): HookFacts => ({
  name,
  transition: "terminating",
  heartbeatTimeout: 300,
  defaultResult: "CONTINUE",
  notificationTarget: null,
  ...known,
});

export const serviceFacts = (cluster: string, name: string, known: Partial<ServiceFacts> = {}): ServiceFacts => ({
  cluster,
  name,
  account: null,
  region: null,
  desired: 1,
  minimumHealthyPercent: 100,
  maximumPercent: null,
  balanced: false,
  daemon: false,
  stopTimeout: null,
  targetGroups: [],
  alternate: null,
  classicLoadBalancers: [],
  latticeTargetGroups: [],
  discovery: [],
  addresses: "ipv4",
  networkMode: null,
  tasks: null,
  ...known,
});

export const NO_FACTS: FleetFacts = {
  groups: [],
  instances: [],
  services: [],
  tasks: [],
  targetGroups: [],
  classicLoadBalancers: [],
  unread: [],
};
