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
import type { AgentStates } from "../model/agents.ts";
import type { Fleet } from "../model/signal.ts";

/** A question that was asked and not answered: never to be mistaken for an answer. */
export interface Failed {
  readonly kind: FailureKind;
  /** A sentence for people, with AWS's code. */
  readonly why: string;
}

/** What the event of a Fargate task's stop says of it, for when ECS cannot be asked. */
export interface AnnouncedTask {
  readonly clusterArn: string;
  readonly service: string | null;
  readonly privateAddresses: readonly string[];
  readonly availabilityZone: string | null;
}

/** What is known before anything happens, facet by facet. The id says what the facet is about. */
export interface Facets {
  /** instance id */
  instance: Ec2Instance;
  /** instance id; null: asked, and in no group */
  membership: GroupMembership | null;
  /** instance id: as the events of EC2 Fleets and Spot Fleets say */
  fleet: Fleet;
  /** instance id: the agents that were heard from it */
  agents: AgentStates;
  /** `account/region/name` */
  group: AutoScalingGroup;
  /** `account/region/name` */
  hooks: readonly LifecycleHook[];
  /** `account/region/name` */
  refreshing: boolean;
  /** container instance ARN; null: it has left its cluster. An instance can have several: see `containersOn` */
  container: ContainerInstance | null;
  /** instance id: names of the clusters that have said what it is registered as, in `container`; or that all have */
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
  /** service ARN in the long format, id of a fleet, or a group's `groupId`: why its replacements do not come, or what people should see; null: that is over */
  evidence: { readonly said: string | null };
  /** `facet/id` of the question; not kept over a restart */
  failure: Failed;
}
export type Facet = keyof Facets;

export interface Known<F extends Facet> {
  readonly value: Facets[F];
  readonly observedAt: Ms;
}

/** A port without versions: the newest `observedAt` of a facet wins, so that writers need no coordination. */
export interface Inventory {
  get<F extends Facet>(facet: F, id: string): Known<F> | undefined;
  /** Ignored if older than what is there. */
  put<F extends Facet>(facet: F, id: string, value: Facets[F], observedAt: Ms): void;
  forget(facet: Facet, id: string): void;
  /** As they are now; what is put meanwhile may be missing. */
  entries<F extends Facet>(facet: F): Iterable<readonly [string, Known<F>]>;
  /** Changes whenever a value of the facet does, so that what is derived from it can be kept. Values are never changed. */
  revision(facet: Facet): number;
  /**
   * Ids whose value changed after that revision (some perhaps twice, some by being forgotten), so that what is derived
   * from a large facet can follow it. Null: more has changed since than is remembered; look at all of them.
   */
  changedSince(facet: Facet, revision: number): readonly string[] | null;
  /** Kept in the background, so that a restart is warm; also on `close`. Never rejects: it is a cache. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
