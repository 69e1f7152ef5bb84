import type { Ms } from "../../clock.ts";
import type { Ask, Place, Receipt } from "../ask.ts";

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
  /**
   * Of a mixed instances policy: the On-Demand base capacity, and the On-Demand percentage above it. Null means no such
   * policy.
   */
  readonly onDemand: { readonly base: number; readonly percent: number } | null;
  /** Unit of `desired`, `min` and `max`: instances, weights, or vCPUs or memory of instance types. */
  readonly counts: "instances" | "units" | "vCPUs" | "MiB";
  readonly maintenancePolicy: { readonly minHealthyPercent: number; readonly maxHealthyPercent: number } | null;
  readonly instances: readonly {
    readonly id: string;
    readonly state: string;
    readonly health: string;
    readonly protected: boolean;
    readonly availabilityZone: string;
    readonly type: string | null;
    /** Its share of `desired`; null means unknown, since the group does not count instances. */
    readonly units: number | null;
  }[];
  readonly tags: { readonly [name: string]: string };
  readonly zones: readonly string[];
  /** The service principal that alone may change the group; null means anyone with the permission. */
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

export interface HookAnswer {
  readonly group: string;
  readonly hook: string;
  readonly instanceId: string;
  readonly token: string | null;
}

/** The calls to Amazon EC2 Auto Scaling. */
export interface AutoScalingCalls {
  describeGroups(at: Place, names: readonly string[], ask: Ask): Promise<ReadonlyMap<string, AutoScalingGroup>>;
  /** Lists all groups of the region. */
  listGroups(at: Place, ask: Ask): Promise<readonly AutoScalingGroup[]>;
  memberships(at: Place, instanceIds: readonly string[], ask: Ask): Promise<ReadonlyMap<string, GroupMembership>>;
  describeHooks(at: Place, group: string, ask: Ask): Promise<readonly LifecycleHook[]>;
  /** Returns whether an instance refresh is pending, in progress, cancelling or rolling back. */
  refreshing(at: Place, group: string, ask: Ask): Promise<boolean>;
  activities(at: Place, group: string, since: Ms, ask: Ask): Promise<readonly ScalingActivity[]>;
  /**
   * Completes a lifecycle action, always with CONTINUE (docs/aws-facts.md, 15). "No active Lifecycle Action found" is
   * `already`.
   */
  completeLifecycle(at: Place, action: HookAnswer, ask: Ask): Promise<Receipt>;
  heartbeat(at: Place, action: HookAnswer, ask: Ask): Promise<Receipt>;
  detach(at: Place, group: string, instanceIds: readonly string[], ask: Ask): Promise<Receipt>;
  setDesired(at: Place, group: string, desired: number, ask: Ask): Promise<Receipt>;
  /**
   * Sets the On-Demand base of the mixed instances policy, and leaves the rest unchanged; fails with `invalid` without
   * such a policy.
   */
  setOnDemandBase(at: Place, group: string, base: number, ask: Ask): Promise<Receipt>;
  terminateInGroup(at: Place, instanceId: string, decrement: boolean, ask: Ask): Promise<Receipt>;
}
