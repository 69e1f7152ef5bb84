import type {
  Activity,
  AutoScalingGroup as SdkGroup,
  AutoScalingInstanceDetails,
  Instance as SdkInstance,
  LifecycleHook as SdkHook,
} from "@aws-sdk/client-auto-scaling";
import type { AutoScalingGroup, GroupMembership, LifecycleHook, ScalingActivity } from "../calls/auto-scaling.ts";
import { tagsOf } from "./tags.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html */
export const groupOf = (group: SdkGroup): AutoScalingGroup => ({
  name: group.AutoScalingGroupName ?? "",
  arn: group.AutoScalingGroupARN ?? null,
  min: group.MinSize ?? 0,
  max: group.MaxSize ?? 0,
  desired: group.DesiredCapacity ?? 0,
  capacityRebalance: group.CapacityRebalance ?? false,
  targetGroupArns: group.TargetGroupARNs ?? [],
  classicLoadBalancers: group.LoadBalancerNames ?? [],
  trafficSources: (group.TrafficSources ?? []).map(({ Type, Identifier }) => ({
    type: Type ?? "",
    identifier: Identifier ?? "",
  })),
  suspendedProcesses: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
  onDemand: onDemandOf(group),
  counts: countsOf(group),
  maintenancePolicy: maintenancePolicyOf(group),
  instances: (group.Instances ?? []).map((one) => ({
    id: one.InstanceId ?? "",
    state: one.LifecycleState ?? "unknown",
    health: one.HealthStatus ?? "unknown",
    protected: one.ProtectedFromScaleIn ?? false,
    availabilityZone: one.AvailabilityZone ?? "unknown",
    type: one.InstanceType ?? null,
    units: unitsOf(one, group),
  })),
  tags: tagsOf(group.Tags),
  zones: group.AvailabilityZones ?? [],
  operator: group.Operator?.Principal ?? null,
});

/**
 * Returns the unit of a group's sizes: instances, unless the policy has weights, or the group counts vCPUs or memory.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-weighting.html
 */
function countsOf(group: SdkGroup): AutoScalingGroup["counts"] {
  if (group.DesiredCapacityType === "vcpu") return "vCPUs";
  if (group.DesiredCapacityType === "memory-mib") return "MiB";
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  const weighted = [...overrides, ...(group.Instances ?? [])].some(isWeighted);
  return weighted ? "units" : "instances";
}

const isWeighted = ({ WeightedCapacity }: { readonly WeightedCapacity?: string | undefined }): boolean =>
  WeightedCapacity !== undefined;

/**
 * Returns the weight of an instance: "the number of capacity units contributed by the instance based on its instance
 * type"; a type that is no longer in the policy keeps its last weight.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Instance.html
 */
function unitsOf(one: SdkInstance, group: SdkGroup): number | null {
  const said = Number(one.WeightedCapacity ?? Number.NaN);
  if (Number.isFinite(said) && said > 0) return said;
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  const byType = Number(overrides.find(({ InstanceType }) => InstanceType === one.InstanceType)?.WeightedCapacity);
  if (Number.isFinite(byType) && byType > 0) return byType;
  return countsOf(group) === "instances" ? 1 : null;
}

/**
 * Reads the On-Demand distribution, with AWS's defaults:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html
 */
function onDemandOf({ MixedInstancesPolicy: mixed }: SdkGroup): AutoScalingGroup["onDemand"] {
  if (mixed === undefined) return null;
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: percent = 100 } =
    mixed.InstancesDistribution ?? {};
  return { base, percent };
}

/**
 * Reads the maintenance policy; -1 means that a percentage was removed:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceMaintenancePolicy.html
 */
function maintenancePolicyOf(group: SdkGroup): AutoScalingGroup["maintenancePolicy"] {
  const { MinHealthyPercentage: min = -1, MaxHealthyPercentage: max = -1 } = group.InstanceMaintenancePolicy ?? {};
  return min < 0 || max < 0 ? null : { minHealthyPercent: min, maxHealthyPercent: max };
}

export const membershipOf = (one: AutoScalingInstanceDetails): GroupMembership => ({
  instanceId: one.InstanceId ?? "",
  group: one.AutoScalingGroupName ?? "",
  state: one.LifecycleState ?? "unknown",
  protected: one.ProtectedFromScaleIn ?? false,
});

const TRANSITIONS: { readonly [name: string]: LifecycleHook["transition"] } = {
  "autoscaling:EC2_INSTANCE_TERMINATING": "terminating",
  "autoscaling:EC2_INSTANCE_LAUNCHING": "launching",
};

/**
 * Reads a hook; empty for an unknown transition. Defaults:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html
 */
export function hookOf(group: string, hook: SdkHook): LifecycleHook[] {
  const transition = TRANSITIONS[hook.LifecycleTransition ?? ""];
  if (transition === undefined || hook.LifecycleHookName === undefined) return [];
  return [
    {
      name: hook.LifecycleHookName,
      group,
      transition,
      heartbeatTimeout: (hook.HeartbeatTimeout ?? 3_600) * 1_000,
      globalTimeout: hook.GlobalTimeout === undefined ? null : hook.GlobalTimeout * 1_000,
      defaultResult: hook.DefaultResult === "CONTINUE" ? "CONTINUE" : "ABANDON",
      notificationTarget: hook.NotificationTargetARN ?? null,
      metadata: hook.NotificationMetadata ?? null,
    },
  ];
}

export const activityOf = (one: Activity): ScalingActivity => ({
  id: one.ActivityId ?? "",
  status: one.StatusCode ?? "unknown",
  statusMessage: one.StatusMessage ?? null,
  cause: one.Cause ?? null,
  description: one.Description ?? null,
  startedAt: one.StartTime?.getTime() ?? 0,
});

/**
 * States of instance refreshes that are not over:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html
 */
export const REFRESHING: ReadonlySet<string> = new Set([
  "Pending",
  "InProgress",
  "Baking",
  "Cancelling",
  "RollbackInProgress",
]);
