import type { AutoScalingGroup, LifecycleHook } from "../aws/calls/auto-scaling.ts";
import type { CapacityProvider, ContainerInstance, EcsService, EcsTask } from "../aws/calls/ecs.ts";
import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { Place } from "../aws/ask.ts";
import type { TargetGroupAttributes, TargetHealth } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import type { AgentStates } from "../model/agents.ts";
import type { Fleet } from "../model/signal.ts";

/** Whose capacity it is. Everything but `ours` is recorded and told, not touched, unless a policy says so. */
export type Owner =
  | "ours"
  | "ecs-managed-instances"
  | "eks-auto-mode"
  | "kubernetes"
  | "karpenter"
  | "batch"
  | "emr"
  | "operator-managed";

/** One load-balancer target of the subject. `last`: no other target of it is known to be healthy. */
export interface TargetFact {
  readonly targetGroupArn: string;
  readonly id: string;
  readonly port: number | null;
  /** As it is registered, where that must be said to register it again. */
  readonly availabilityZone?: string | null;
  readonly quicServerId?: string | null;
  readonly state: TargetHealth["state"] | null;
  readonly attributes: TargetGroupAttributes | null;
  /** Healthy targets that are not doomed; null where health is unknown (which counts as healthy elsewhere). */
  readonly healthyElsewhere: number | null;
}

export type TaskRole = "service" | "standalone" | "daemon";

export interface TaskFact {
  readonly task: EcsTask;
  readonly role: TaskRole;
  readonly service: string | null;
  readonly stopTimeout: Ms | null;
}

/** What a service keeps when all instances now doomed are gone. */
export interface ServiceImpact {
  readonly cluster: string;
  readonly service: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  /** Tasks of it on doomed capacity, and what is left. */
  readonly doomed: number;
  readonly survives: number;
  /** `ceil(desired × minimumHealthyPercent)`, or the policy's threshold. */
  readonly minimum: number;
  readonly belowMinimum: boolean;
  readonly daemon: boolean;
  readonly balanced: boolean;
  readonly taskDefinition: string;
  readonly zones: { readonly [zone: string]: { readonly doomed: number; readonly survives: number } };
}

/** Something that was asked for and not learnt. Named in the alert. */
export interface Missing {
  readonly what: "instance" | "group" | "hooks" | "cluster" | "tasks" | "services" | "targets" | "discovery" | "owner";
  readonly why: string;
  /** Something is known of it, from before; and what there is now is not. */
  readonly before?: true;
}

/** Everything that enrichment found for one subject. Each facet says when it was observed, the oldest in `observedAt`. */
export interface Facts {
  readonly place: Place | null;
  readonly observedAt: Ms | null;
  readonly instance: Ec2Instance | null;
  /** When EC2 was asked for it, or told of it. */
  readonly instanceAsOf: Ms | null;
  readonly group: AutoScalingGroup | null;
  readonly groupName: string | null;
  readonly groupState: string | null;
  readonly protectedFromScaleIn: boolean;
  readonly hooks: readonly LifecycleHook[];
  readonly refreshing: boolean;
  /** What the instance is registered as, the one whose agent is connected first: see `containersOn`. */
  readonly containerInstances: readonly ContainerInstance[];
  /** True: asked, and it is in no cluster. */
  readonly notInEcs: boolean;
  readonly clusterTags: { readonly [name: string]: string };
  readonly capacityProvider: CapacityProvider | null;
  readonly tasks: readonly TaskFact[];
  readonly services: readonly EcsService[];
  readonly impact: readonly ServiceImpact[];
  readonly targets: readonly TargetFact[];
  readonly classicLoadBalancers: readonly string[];
  readonly latticeTargets: readonly {
    readonly targetGroup: string;
    readonly id: string;
    readonly port: number | null;
  }[];
  readonly discovery: readonly {
    readonly serviceId: string;
    readonly instanceId: string;
    readonly attributes: { readonly [name: string]: string };
  }[];
  readonly owner: Owner;
  /** What said so: a tag, `Operator.Principal`, … */
  readonly ownerBecause: string | null;
  /** Membership outside Auto Scaling. */
  readonly fleet: Fleet | null;
  /** The agents that were heard from it; none for a task. */
  readonly agents: AgentStates;
  /** What its services and its fleet said of why replacements do not come. */
  readonly evidence: readonly { readonly about: string; readonly said: string; readonly at: Ms }[];
  readonly missing: readonly Missing[];
  /** Everything that draining needs is known (from the inventory or just asked). */
  readonly complete: boolean;
}

/** ARN of the cluster that the instance is in now, or that the Fargate task runs in; null where none is known. */
export const clusterOf = ({ containerInstances, tasks }: Pick<Facts, "containerInstances" | "tasks">): string | null =>
  containerInstances[0]?.clusterArn ?? tasks[0]?.task.clusterArn ?? null;
