import type { AutoScalingGroup, LifecycleHook } from "../aws/calls/auto-scaling.ts";
import type { CapacityProvider, ContainerInstance, EcsService, EcsTask } from "../aws/calls/ecs.ts";
import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { Place } from "../aws/ask.ts";
import type { TargetGroupAttributes, TargetHealth } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import type { AgentStates } from "../model/agents.ts";
import type { Fleet } from "../model/signal.ts";

/**
 * Who manages the capacity. Capacity of another owner than `ours` is only reported, not changed, unless a policy allows
 * it.
 */
export type Owner =
  | "ours"
  | "ecs-managed-instances"
  | "eks-auto-mode"
  | "kubernetes"
  | "karpenter"
  | "batch"
  | "emr"
  | "operator-managed";

/** One load-balancer target of the subject. */
export interface TargetFact {
  readonly targetGroupArn: string;
  readonly id: string;
  readonly port: number | null;
  /** The zone of its registration, if needed to register it again. */
  readonly availabilityZone?: string | null;
  readonly quicServerId?: string | null;
  readonly state: TargetHealth["state"] | null;
  readonly attributes: TargetGroupAttributes | null;
  /** Number of healthy targets that are not doomed; null if health is unknown (treated as if there were some). */
  readonly healthyElsewhere: number | null;
}

export type TaskRole = "service" | "standalone" | "daemon";

export interface TaskFact {
  readonly task: EcsTask;
  readonly role: TaskRole;
  readonly service: string | null;
  readonly stopTimeout: Ms | null;
}

/** What remains of a service when all doomed instances are gone. */
export interface ServiceImpact {
  readonly cluster: string;
  readonly service: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  /** Tasks on doomed capacity, and tasks on other capacity. */
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

/** A fact that could not be read; the alert lists it. */
export interface Missing {
  readonly what: "instance" | "group" | "hooks" | "cluster" | "tasks" | "services" | "targets" | "discovery" | "owner";
  readonly why: string;
  /** An older observation is known, but not the current state. */
  readonly before?: true;
}

/** All facts about one subject. `observedAt` is the oldest observation among them. */
export interface Facts {
  readonly place: Place | null;
  readonly observedAt: Ms | null;
  readonly instance: Ec2Instance | null;
  /** Time of the observation of `instance`. */
  readonly instanceAsOf: Ms | null;
  readonly group: AutoScalingGroup | null;
  readonly groupName: string | null;
  readonly groupState: string | null;
  readonly protectedFromScaleIn: boolean;
  readonly hooks: readonly LifecycleHook[];
  readonly refreshing: boolean;
  /** Container instances of the instance, the one with a connected agent first (`containersOn`). */
  readonly containerInstances: readonly ContainerInstance[];
  /** True if all clusters were searched, and it is in none. */
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
  /** The reason for `owner`: a tag, `Operator.Principal`, … */
  readonly ownerBecause: string | null;
  /** Membership outside Auto Scaling. */
  readonly fleet: Fleet | null;
  /** States of the instance's agents; empty for a task. */
  readonly agents: AgentStates;
  /** Messages of its services and fleet about why replacements do not launch. */
  readonly evidence: readonly { readonly about: string; readonly said: string; readonly at: Ms }[];
  readonly missing: readonly Missing[];
  /** All facts that draining needs are known. */
  readonly complete: boolean;
}

/** Returns the ARN of the cluster of the instance or Fargate task; null if it is not known. */
export const clusterOf = ({ containerInstances, tasks }: Pick<Facts, "containerInstances" | "tasks">): string | null =>
  containerInstances[0]?.clusterArn ?? tasks[0]?.task.clusterArn ?? null;
