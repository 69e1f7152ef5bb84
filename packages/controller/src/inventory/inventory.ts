import type { z } from "zod";
import type { AutoScalingGroup, GroupMembership, LifecycleHook } from "../aws/calls/auto-scaling.ts";
import type {
  CapacityProvider,
  ContainerInstance,
  EcsCluster,
  EcsService,
  EcsTask,
  TaskDefinition,
} from "../aws/calls/ecs.ts";
import type { ClassicLoadBalancer } from "../aws/calls/classic-elb.ts";
import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { FailureKind } from "../aws/failure.ts";
import type { TargetGroup, TargetGroupAttributes, TargetHealth } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import type { DriverFactory } from "../drivers.ts";
import type { StoreDeps } from "../store-deps.ts";
import type { AgentStates } from "../model/agents.ts";
import type { Fleet } from "../model/signal.ts";

/** A failed read. It must never be treated as an answer. */
export interface Failed {
  readonly kind: FailureKind;
  /** Text for people, with AWS's error code. */
  readonly why: string;
}

/** The facts about a Fargate task in its stop event, used if ECS cannot be read. */
export interface AnnouncedTask {
  readonly clusterArn: string;
  readonly service: string | null;
  readonly privateAddresses: readonly string[];
  readonly availabilityZone: string | null;
}

/** The facets of the inventory with the types of their values. The comment of each names its id. */
export interface Facets {
  /** instance id */
  instance: Ec2Instance;
  /** instance id; the value is null if the instance is in no group */
  membership: GroupMembership | null;
  /** instance id; from the events of EC2 Fleets and Spot Fleets */
  fleet: Fleet;
  /** instance id: states of its agents */
  agents: AgentStates;
  /** `account/region/name` */
  group: AutoScalingGroup;
  /** `account/region/name` */
  hooks: readonly LifecycleHook[];
  /** `account/region/name` */
  refreshing: boolean;
  /** container instance ARN; null means it has left its cluster. An instance can have several: `containersOn` */
  container: ContainerInstance | null;
  /** instance id: names of the clusters that were searched for its container instances, or "all" */
  searched: "all" | readonly string[];
  /** container instance ARN */
  tasks: readonly EcsTask[];
  /** ARN of a Fargate task */
  task: EcsTask;
  /** ARN of a Fargate task */
  announced: AnnouncedTask;
  /** service ARN, in the long format */
  service: EcsService;
  /** task definition ARN */
  taskDefinition: TaskDefinition;
  /** target group ARN */
  targetGroup: TargetGroup;
  /** `account/region`: all of them */
  targetGroups: readonly TargetGroup[];
  /** `account/region`: all of them, with their instances */
  classicLoadBalancers: readonly ClassicLoadBalancer[];
  /** target group ARN */
  attributes: TargetGroupAttributes;
  /** target group ARN */
  health: readonly TargetHealth[];
  /** `account/region`: ARNs */
  clusters: readonly string[];
  /** cluster ARN */
  cluster: EcsCluster;
  /** `account/region` */
  capacityProviders: readonly CapacityProvider[];
  /** Cloud Map service id */
  discovery: readonly { readonly id: string; readonly attributes: { readonly [name: string]: string } }[];
  /** VPC Lattice target group */
  lattice: readonly { readonly id: string; readonly port: number | null; readonly status: string }[];
  /**
   * service ARN in the long format, fleet id, or a group's `groupId`: why its replacements do not launch, or another
   * fact for alerts; null means that is over
   */
  evidence: { readonly said: string | null };
  /** `facet/id` of the failed read; not kept over a restart */
  failure: Failed;
}
export type Facet = keyof Facets;

export interface Known<F extends Facet> {
  readonly value: Facets[F];
  readonly observedAt: Ms;
}

/**
 * The cache of facts about the account. It has no versions: the newest `observedAt` of an entry wins, so that writers
 * need no coordination.
 */
export interface Inventory {
  get<F extends Facet>(facet: F, id: string): Known<F> | undefined;
  /** Stores an observation; ignored if it is older than the stored one. */
  put<F extends Facet>(facet: F, id: string, value: Facets[F], observedAt: Ms): void;
  forget(facet: Facet, id: string): void;
  /** Returns a snapshot of the entries. */
  entries<F extends Facet>(facet: F): Iterable<readonly [string, Known<F>]>;
  /**
   * Returns a number that changes whenever a value of the facet changes, so that derived data can be cached. Values are
   * immutable.
   */
  revision(facet: Facet): number;
  /**
   * Returns ids whose value changed (or was removed) after that revision, so that derived data can be updated; an id
   * can occur twice. Returns null if the log does not reach back so far: then read all entries.
   */
  changedSince(facet: Facet, revision: number): readonly string[] | null;
  /**
   * Writes changes to the file, if there is one. This happens in the background and on `close`, too. Never rejects,
   * since the inventory is a cache.
   */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The shape of a driver's file: the schema of its options in the config, and a function that opens the inventory. */
export type InventoryFactory<Options extends z.ZodObject = z.ZodObject> = DriverFactory<Inventory, StoreDeps, Options>;
