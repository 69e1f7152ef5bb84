import type { Ms } from "../../operation.ts";
import type { CapacityProvider } from "../ecs/state.ts";
import type { Instance, Region } from "../state.ts";
import type { TargetGroup } from "../targets/target-state.ts";
import type { ClassicLoadBalancer, LatticeTargetGroup } from "../targets/traffic-state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html */
export type LifecycleState =
  | "Pending"
  | "Pending:Wait"
  | "Pending:Proceed"
  | "InService"
  | "Terminating"
  | "Terminating:Wait"
  | "Terminating:Proceed"
  | "Terminating:Retained"
  | "Detaching"
  | "Standby"
  | "Warmed:Pending"
  | "Warmed:Pending:Wait"
  | "Warmed:Pending:Proceed"
  | "Warmed:Terminating"
  | "Warmed:Terminating:Wait"
  | "Warmed:Terminating:Proceed"
  | `Warmed:${WarmPool["state"]}`;

/**
 * Where an instance comes from or goes to:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pools-eventbridge-events.html
 */
export type End = "EC2" | "AutoScalingGroup" | "WarmPool";

export interface Move {
  readonly origin: End;
  readonly destination: End;
}

/**
 * A warm pool. Its size is maximum less desired capacity, AWS's default; it has only On-Demand Instances.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutWarmPool.html
 */
export interface WarmPool {
  readonly state: "Stopped" | "Running" | "Hibernated";
  /** Whether scaled-in instances return to the pool. */
  readonly reuseOnScaleIn: boolean;
}

export type Transition = "autoscaling:EC2_INSTANCE_LAUNCHING" | "autoscaling:EC2_INSTANCE_TERMINATING";
export type HookResult = "CONTINUE" | "ABANDON";

export interface Hook {
  readonly name: string;
  readonly transition: Transition;
  /** Seconds, 30 to 7200: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
  readonly heartbeatTimeout: number;
  readonly defaultResult: HookResult;
  /** The ARN of a queue that gets the bare message, without EventBridge's envelope; null means an event is published. */
  readonly notificationTarget: string | null;
  readonly notificationMetadata: string | null;
}

/** One hook that holds one instance. */
export interface LifecycleAction {
  token: string;
  readonly hook: Hook;
  readonly member: Member;
  readonly move: Move;
  readonly startedAt: Ms;
  timeoutAt: Ms;
  cancelTimer: () => void;
  readonly settle: (result: HookResult) => void;
}

export interface Member {
  readonly group: Group;
  readonly instance: Instance;
  state: LifecycleState;
  health: "Healthy" | "Unhealthy";
  protectedFromScaleIn: boolean;
  /** Whether Capacity Rebalancing replaces it. */
  rebalancing: boolean;
  readonly actions: Map<string, LifecycleAction>;
}

export interface Activity {
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly startTime: Ms;
  endTime: Ms | null;
  status: "InProgress" | "Successful" | "Failed";
  statusMessage: string | null;
}

export interface InstanceRefresh {
  readonly id: string;
  readonly startTime: Ms;
  endTime: Ms | null;
  status: "Pending" | "InProgress" | "Successful" | "Cancelled";
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly region: Region;
  min: number;
  max: number;
  desired: number;
  /** `desired` when the fleet was built: what is above it at the end was not lowered again. */
  readonly baseline: number;
  readonly types: readonly string[];
  /** Whether it has a mixed instances policy, which overrides and an instances distribution need. */
  readonly mixed: boolean;
  /** How many units of `desired` an instance of each type counts for; null means one each. */
  readonly weights: ReadonlyMap<string, number> | null;
  /** The unit of `desired`: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html */
  readonly desiredCapacityType: "units" | "vcpu" | "memory-mib" | null;
  readonly zones: readonly string[];
  onDemandBase: number;
  /** `onDemandBase` when the fleet was built. */
  readonly onDemandBaseline: number;
  /** The On-Demand share above the base, in percent. */
  readonly onDemandPercent: number;
  readonly capacityRebalance: boolean;
  readonly cooldown: Ms;
  readonly targetGroups: TargetGroup[];
  /** Whether its load balancers are attached as traffic sources, not in their own fields. */
  readonly asTrafficSources: boolean;
  readonly classicLoadBalancers: readonly ClassicLoadBalancer[];
  readonly latticeTargetGroups: readonly LatticeTargetGroup[];
  readonly hooks: Map<string, Hook>;
  readonly members: Map<string, Member>;
  readonly suspended: Set<string>;
  readonly warmPool: WarmPool | null;
  readonly refreshes: InstanceRefresh[];
  readonly maintenance: { readonly min: number; readonly max: number } | null;
  readonly protectNew: boolean;
  readonly retainOnAbandon: boolean;
  /** The service principal that alone may change the group; null for none. */
  readonly operator: string | null;
  readonly deletionProtection: "none" | "prevent-force-deletion" | "prevent-all-deletion";
  readonly tags: Map<string, string>;
  readonly activities: Activity[];
  /** The capacity provider that joins its instances to a cluster; null for none. */
  capacityProvider: CapacityProvider | null;
  scaledAt: Ms | null;
  /** `desired` at the group's last reconciliation. */
  looked: number;
  /** Whether `desired` was lowered, and the surplus is not ended yet. */
  scalingIn: boolean;
  cancelReconcile: (() => void) | null;
}
