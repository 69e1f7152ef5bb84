import type { Clock, Ms } from "../operation.ts";
import type { CapacityProvider, Cluster, ContainerInstance, Service, Task, TaskDefinition } from "./ecs/state.ts";
import type { Group, LifecycleAction, Member } from "./groups/group-state.ts";
import type { LoadBalancer, Target, TargetGroup } from "./targets/target-state.ts";
import type {
  ClassicLoadBalancer,
  DiscoveryOperation,
  DiscoveryService,
  LatticeTargetGroup,
  Registration,
} from "./targets/traffic-state.ts";
import type { EventRule } from "./events.ts";
import type { Oracle } from "./oracle.ts";
import type { Random } from "./random.ts";
import type { Settings } from "./settings.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html */
export type InstanceState = "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";

export type Purchase = "spot" | "on-demand";
export type InterruptionAction = "terminate" | "stop" | "hibernate";

export interface Zone {
  readonly name: string;
  readonly id: string;
  readonly subnetId: string;
}

/** EC2's decision about a Spot Instance. */
export interface Notice {
  readonly action: InterruptionAction;
  readonly recommendedAt: Ms | null;
  readonly warnedAt: Ms | null;
  /** When the reclaim begins; null if the notice is cancelled. */
  readonly reclaimAt: Ms | null;
}

export interface Instance {
  readonly id: string;
  readonly region: Region;
  readonly type: string;
  readonly zone: Zone;
  readonly purchase: Purchase;
  readonly vpcId: string;
  readonly privateIp: string;
  /** Further private addresses of its network interface, IPv4 or IPv6. */
  readonly secondaryAddresses: readonly string[];
  readonly publicIp: string | null;
  readonly tags: Map<string, string>;
  /** The service principal of a managed instance (hidden unless asked for), else null. */
  readonly operator: string | null;
  /** The capacity provider of an ECS Managed Instance; else null. */
  readonly managedBy: CapacityProvider | null;
  /** Whether termination protection is on. */
  disableApiTermination: boolean;
  /** The capacity reservation that it was launched into; for a Capacity Block, that one. */
  capacityReservationId: string | null;
  launchTime: Ms;
  state: InstanceState;
  stateReason: { code: string; message: string } | null;
  notice: Notice | null;
  member: Member | null;
  /** The current container instance of its agent. */
  containerInstance: ContainerInstance | null;
  /** Earlier container instances, which stay in their cluster: see `registerAgain`. */
  readonly formerContainers: Set<ContainerInstance>;
  /** All targets that lead to this instance or to its tasks. */
  readonly targets: Set<Target>;
  /** All registrations with Classic Load Balancers, VPC Lattice and Cloud Map that lead to it. */
  readonly registrations: Set<Registration>;
}

/** A command of Systems Manager on one instance. */
export interface Command {
  readonly id: string;
  readonly instanceId: string;
  readonly document: string;
  readonly sentAt: number;
}

/** One account in one region. */
export interface Region {
  readonly account: string;
  readonly name: string;
  readonly zones: Zone[];
  /** The VPC of everything that names no other one. */
  readonly vpcId: string;
  /** The number of instances so far. Addresses are counted by it, so they repeat in other VPCs. */
  launched: number;
  readonly instances: Map<string, Instance>;
  readonly groups: Map<string, Group>;
  readonly clusters: Map<string, Cluster>;
  readonly capacityProviders: Map<string, CapacityProvider>;
  readonly taskDefinitions: Map<string, TaskDefinition>;
  readonly targetGroups: Map<string, TargetGroup>;
  readonly loadBalancers: Map<string, LoadBalancer>;
  /** By name. */
  readonly classicLoadBalancers: Map<string, ClassicLoadBalancer>;
  /** By id. */
  readonly latticeTargetGroups: Map<string, LatticeTargetGroup>;
  readonly discoveryServices: Map<string, DiscoveryService>;
  readonly discoveryOperations: Map<string, DiscoveryOperation>;
  /** Free capacity of limited pools, by `poolKey`; a missing pool never runs out. */
  readonly pools: Map<string, number>;
  readonly rules: EventRule[];
  /** Commands of Run Command, by id. */
  readonly commands: Map<string, Command>;
  /** Names of zones with a zonal shift away from them. */
  readonly shiftedZones: Set<string>;
  /** Addresses that its tasks have or had. */
  readonly taskAddresses: Set<string>;
}

/** Callbacks between the parts of the fleet. */
export interface Listeners {
  readonly instance: ((instance: Instance, previous: InstanceState) => void)[];
  readonly warned: ((instance: Instance) => void)[];
  readonly recommended: ((instance: Instance) => void)[];
  readonly action: ((action: LifecycleAction) => void)[];
  readonly taskStopped: ((task: Task) => void)[];
  readonly targetChanged: ((target: Target) => void)[];
  /** A registration other than a target began or stopped to take traffic. */
  readonly trafficChanged: ((instance: Instance) => void)[];
  /** A group changed, and will be reconciled soon. */
  readonly groupChanged: ((group: Group) => void)[];
  /** ECS has set a group's desired capacity. */
  readonly scaledByEcs: ((group: Group) => void)[];
  /** A service changed, and will be reconciled soon. */
  readonly serviceChanged: ((service: Service) => void)[];
}

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly regions: Map<string, Region>;
  readonly instances: Map<string, Instance>;
  readonly listeners: Listeners;
  readonly oracle: Oracle;
  /** Sends a message to a queue; the queues are in another module. */
  readonly send: (queueArn: string, body: string) => void;
}

/** Returns true while an instance runs containers and answers requests. */
export const isAlive = (instance: Instance): boolean => instance.state === "pending" || instance.state === "running";
