/**
 * A fleet as JSON: `replay` and `simulate --swarm` read it with `--facts`, and `spotkeeper facts` writes it. If account
 * or region is null, the simulator's default is used.
 */
export interface FleetFacts {
  readonly groups: readonly GroupFacts[];
  /** Instances outside groups. */
  readonly instances: readonly LoneInstanceFacts[];
  readonly services: readonly ServiceFacts[];
  /** Standalone tasks. */
  readonly tasks: readonly TaskFacts[];
  readonly targetGroups: readonly TargetGroupFacts[];
  readonly classicLoadBalancers: readonly ClassicFacts[];
  /** What could not be read when the file was written; for people. */
  readonly unread: readonly string[];
}

export interface PlaceFacts {
  readonly account: string | null;
  readonly region: string | null;
}

export interface GroupFacts extends PlaceFacts {
  readonly name: string;
  /** The ECS cluster that its instances join; null for none. */
  readonly cluster: string | null;
  readonly instances: readonly InstanceFacts[];
  /** The zones in which the group may launch; empty: all of its region. */
  readonly zones: readonly string[];
  readonly min: number;
  /** Null: the number of instances. */
  readonly desired: number | null;
  /** Null: twice the desired capacity. */
  readonly max: number | null;
  /** The unit of `desired`. */
  readonly counts: (typeof COUNTS)[number];
  /** The instance type of instances that name none, and of new ones. */
  readonly type: string;
  /** True: the group has a mixed instances policy; false: only a launch template. */
  readonly mixed: boolean;
  readonly onDemandBase: number;
  /** The On-Demand share above the base, in percent. */
  readonly onDemandPercent: number;
  readonly hooks: readonly HookFacts[];
  readonly capacityRebalance: boolean;
  readonly managedDraining: boolean;
  readonly managedTerminationProtection: boolean;
  /** `ECS_ENABLE_SPOT_INSTANCE_DRAINING` of its ECS agents. AWS does not tell it. */
  readonly agentSpotDraining: boolean;
  readonly suspended: readonly string[];
  readonly maintenance: { readonly min: number; readonly max: number } | null;
  /** Names. */
  readonly targetGroups: readonly string[];
  readonly classicLoadBalancers: readonly string[];
  /** Ids of VPC Lattice target groups. */
  readonly latticeTargetGroups: readonly string[];
  /** The service principal that alone may change the group; null for none. */
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
  /** Null: unknown; any zone of the region is used. */
  readonly zone: string | null;
  readonly type: string | null;
  readonly lifecycle: (typeof LIFECYCLES)[number];
  readonly state: (typeof STATES)[number];
  /** Protected from scale-in. */
  readonly protected: boolean;
  /** How many units of its group's `desired` the instance counts for. */
  readonly units: number | null;
  /** The ECS clusters that the instance is registered in, the newest registration last; null means its group's cluster. */
  readonly clusters: readonly string[] | null;
  /** Whether its container instance is DRAINING. */
  readonly draining: boolean;
  readonly tags: Tags;
}

export interface LoneInstanceFacts extends InstanceFacts, PlaceFacts {}

export interface HookFacts {
  readonly name: string;
  readonly transition: (typeof TRANSITIONS)[number];
  /** In seconds. */
  readonly heartbeatTimeout: number;
  readonly defaultResult: (typeof RESULTS)[number];
  /** The ARN of the queue or topic that is notified; null means only EventBridge. */
  readonly notificationTarget: string | null;
}

export interface ServiceFacts extends PlaceFacts {
  readonly cluster: string;
  readonly name: string;
  readonly desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number | null;
  /** Whether the service is behind a load balancer that is not described further. */
  readonly balanced: boolean;
  readonly daemon: boolean;
  /** In seconds. */
  readonly stopTimeout: number | null;
  /** Names. */
  readonly targetGroups: readonly string[];
  /** The other target group of a blue/green pair; the first of `targetGroups` is its partner. */
  readonly alternate: string | null;
  readonly classicLoadBalancers: readonly string[];
  readonly latticeTargetGroups: readonly string[];
  /** Ids of Cloud Map services. */
  readonly discovery: readonly string[];
  /** The address families of its tasks, if they have a network interface of their own. */
  readonly addresses: (typeof ADDRESSES)[number];
  /** Null: the mode that its load balancers need. */
  readonly networkMode: (typeof NETWORK_MODES)[number] | null;
  /** The instance of each task, by id; null means spread over the cluster. */
  readonly tasks: readonly string[] | null;
}

export interface TaskFacts extends PlaceFacts {
  readonly cluster: string;
  readonly family: string;
  readonly stopTimeout: number | null;
  /** The instance of each task, by id. */
  readonly instances: readonly string[];
}

export interface TargetGroupFacts extends PlaceFacts {
  readonly name: string;
  readonly type: (typeof TARGET_TYPES)[number];
  /** The port on which its group's instances are registered. */
  readonly port: number;
  readonly protocol: string | null;
  /** In seconds. */
  readonly deregistrationDelay: number;
  /** The type of its load balancer; null for none. */
  readonly loadBalancer: (typeof BALANCERS)[number] | null;
  /** Targets besides those that groups and services register. */
  readonly targets: readonly TargetFacts[];
}

export interface TargetFacts {
  /** The id of an instance of the fleet, for any target type; or an address outside the fleet. */
  readonly id: string;
  readonly port: number;
}

export interface ClassicFacts extends PlaceFacts {
  readonly name: string;
  /** Ids of instances besides those that groups and services register. */
  readonly instances: readonly string[];
}

/** Returns an instance with defaults for everything that is not known. */
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

/** Returns a group with defaults for everything that is not known. */
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
