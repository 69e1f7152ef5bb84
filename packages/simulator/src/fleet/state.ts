import type { Clock, Ms } from "../operation.ts";
import type { CapacityProvider, Cluster, ContainerInstance, Service, Task, TaskDefinition } from "./ecs/state.ts";
import type { Group, LifecycleAction, Member } from "./group-state.ts";
import type { LoadBalancer, Target, TargetGroup } from "./target-state.ts";
import type {
  ClassicLoadBalancer,
  DiscoveryOperation,
  DiscoveryService,
  LatticeTargetGroup,
  Registration,
} from "./traffic-state.ts";
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

/** What EC2 has decided about a Spot instance. */
export interface Notice {
  readonly action: InterruptionAction;
  readonly recommendedAt: Ms | null;
  readonly warnedAt: Ms | null;
  /** When the instance starts to go; null where it survives a cancelled notice. */
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
  /** More private addresses of its network interface, IPv4 or IPv6. */
  readonly secondaryAddresses: readonly string[];
  readonly publicIp: string | null;
  readonly tags: Map<string, string>;
  /** The principal of a managed instance (hidden unless asked for), else null. */
  readonly operator: string | null;
  /** The capacity provider of ECS that launched it as one of its Managed Instances; else null. */
  readonly managedBy: CapacityProvider | null;
  /** Termination protection. */
  disableApiTermination: boolean;
  /** The reservation that it was launched into; a Capacity Block's where its purchase says so. */
  capacityReservationId: string | null;
  launchTime: Ms;
  state: InstanceState;
  stateReason: { code: string; message: string } | null;
  notice: Notice | null;
  member: Member | null;
  /** What its agent is registered as now. */
  containerInstance: ContainerInstance | null;
  /** What it was registered as before, which stays in its cluster: see `registerAgain`. */
  readonly formerContainers: Set<ContainerInstance>;
  /** Every registration that this instance stands behind, of its own or of its tasks. */
  readonly targets: Set<Target>;
  /** The same of Classic load balancers, VPC Lattice and Cloud Map. */
  readonly registrations: Set<Registration>;
}

/** A command of Systems Manager, sent to one instance. */
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
  /** The network in which everything is that says nothing else. */
  readonly vpcId: string;
  /** How many instances it has had: their addresses are counted by this, and so repeat in other networks. */
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
  /** Free capacity of the pools that are limited; a pool that is absent never runs out. Key: `poolKey`. */
  readonly pools: Map<string, number>;
  readonly rules: EventRule[];
  /** Run Command's commands, by id. */
  readonly commands: Map<string, Command>;
  /** Names of zones that a zonal shift takes traffic away from. */
  readonly shiftedZones: Set<string>;
  /** Addresses that its tasks have, or had. */
  readonly taskAddresses: Set<string>;
}

/** What one part of the fleet tells the others. */
export interface Listeners {
  readonly instance: ((instance: Instance, previous: InstanceState) => void)[];
  readonly warned: ((instance: Instance) => void)[];
  readonly recommended: ((instance: Instance) => void)[];
  readonly action: ((action: LifecycleAction) => void)[];
  readonly taskStopped: ((task: Task) => void)[];
  readonly targetChanged: ((target: Target) => void)[];
  /** A registration of an instance that is no target began or ceased to take traffic. */
  readonly trafficChanged: ((instance: Instance) => void)[];
  /** Something about a group changed: it looks at its capacity soon. */
  readonly groupChanged: ((group: Group) => void)[];
  /** ECS has set a group's desired capacity. */
  readonly scaledByEcs: ((group: Group) => void)[];
  /** Something about a service changed: its scheduler looks at it soon. */
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
  /** Carries a body to a queue; the queue's own service is elsewhere. */
  readonly send: (queueArn: string, body: string) => void;
}

/** Whether an instance still runs containers and answers requests. */
export const isAlive = (instance: Instance): boolean => instance.state === "pending" || instance.state === "running";
