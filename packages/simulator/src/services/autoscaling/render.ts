import type { Activity, Group, Hook, Member } from "../../fleet/groups/group-state.ts";
import type { JsonObject } from "../../operation.ts";
import { isProtected } from "../../fleet/groups/groups.ts";
import { isInWarmPool, unitsOf } from "../../fleet/groups/group-launch.ts";

export const renderMember = (member: Member): JsonObject => ({
  InstanceId: member.instance.id,
  InstanceType: member.instance.type,
  AvailabilityZone: member.instance.zone.name,
  LifecycleState: member.state,
  HealthStatus: member.health,
  ProtectedFromScaleIn: isProtected(member),
  ...(member.group.weights === null ? {} : { WeightedCapacity: String(unitsOf([member])) }),
});

/**
 * Returns the overrides. With `DesiredCapacityType`, types are chosen by attributes, and each counts for what it has.
 */
const overridesOf = ({ types, weights, desiredCapacityType }: Group): JsonObject[] => {
  if (desiredCapacityType !== null) return [{ InstanceRequirements: { VCpuCount: { Min: 1 }, MemoryMiB: { Min: 1 } } }];
  return types.map((InstanceType) => {
    const weight = weights?.get(InstanceType);
    return { InstanceType, ...(weight === undefined ? {} : { WeightedCapacity: String(weight) }) };
  });
};

/** Renders a launch template, in a mixed instances policy or alone. */
const renderInstances = (group: Group): JsonObject => {
  const template = { LaunchTemplateId: "lt-0123456789abcdef0", LaunchTemplateName: group.name, Version: "1" };
  if (!group.mixed) return { LaunchTemplate: template };
  return {
    MixedInstancesPolicy: {
      LaunchTemplate: { LaunchTemplateSpecification: template, Overrides: overridesOf(group) },
      InstancesDistribution: {
        OnDemandAllocationStrategy: "lowest-price",
        OnDemandBaseCapacity: group.onDemandBase,
        OnDemandPercentageAboveBaseCapacity: group.onDemandPercent,
        SpotAllocationStrategy: "capacity-optimized",
      },
    },
  };
};

/**
 * Renders the load balancers. The older fields list what was attached by the older APIs (assumed: traffic sources are
 * listed only as such). https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachTrafficSources.html
 */
const renderTraffic = (group: Group): JsonObject => ({
  LoadBalancerNames: group.asTrafficSources ? [] : group.classicLoadBalancers.map(({ name }) => name),
  TargetGroupARNs: group.asTrafficSources ? [] : group.targetGroups.map(({ arn }) => arn),
  TrafficSources: [
    ...group.targetGroups.map(({ arn }) => ({ Identifier: arn, Type: "elbv2" })),
    ...group.classicLoadBalancers.map(({ name }) => ({ Identifier: name, Type: "elb" })),
    ...group.latticeTargetGroups.map(({ arn }) => ({ Identifier: arn, Type: "vpc-lattice" })),
  ],
});

const renderPool = ({ warmPool, members }: Group): JsonObject =>
  warmPool === null
    ? {}
    : {
        WarmPoolConfiguration: {
          PoolState: warmPool.state,
          InstanceReusePolicy: { ReuseOnScaleIn: warmPool.reuseOnScaleIn },
        },
        WarmPoolSize: [...members.values()].filter(isInWarmPool).length,
      };

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html */
export const renderGroup = (group: Group): JsonObject => ({
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: group.arn,
  ...renderInstances(group),
  MinSize: group.min,
  MaxSize: group.max,
  DesiredCapacity: group.desired,
  ...(group.desiredCapacityType === null ? {} : { DesiredCapacityType: group.desiredCapacityType }),
  DefaultCooldown: group.cooldown / 1000,
  AvailabilityZones: [...group.zones],
  ...renderTraffic(group),
  HealthCheckType: group.targetGroups.length > 0 ? "ELB" : "EC2",
  HealthCheckGracePeriod: 0,
  // assumed: warm pool instances are listed by DescribeWarmPool, and by DescribeAutoScalingInstances with their id.
  Instances: [...group.members.values()].filter((member) => !isInWarmPool(member)).map(renderMember),
  ...renderPool(group),
  CreatedTime: new Date(0),
  SuspendedProcesses: [...group.suspended].map((ProcessName) => ({ ProcessName, SuspensionReason: "User suspended" })),
  VPCZoneIdentifier: group.region.zones
    .filter(({ name }) => group.zones.includes(name))
    .map(({ subnetId }) => subnetId)
    .join(","),
  EnabledMetrics: [],
  Tags: [...group.tags].map(([Key, Value]) => ({
    ResourceId: group.name,
    ResourceType: "auto-scaling-group",
    Key,
    Value,
    PropagateAtLaunch: true,
  })),
  TerminationPolicies: ["Default"],
  NewInstancesProtectedFromScaleIn: group.protectNew,
  CapacityRebalance: group.capacityRebalance,
  DeletionProtection: group.deletionProtection,
  ...(group.operator === null ? {} : { Operator: { Principal: group.operator } }),
  ...(group.maintenance
    ? {
        InstanceMaintenancePolicy: {
          MinHealthyPercentage: group.maintenance.min,
          MaxHealthyPercentage: group.maintenance.max,
        },
      }
    : {}),
});

export const renderHook = (group: Group, hook: Hook): JsonObject => ({
  LifecycleHookName: hook.name,
  AutoScalingGroupName: group.name,
  LifecycleTransition: hook.transition,
  HeartbeatTimeout: hook.heartbeatTimeout,
  GlobalTimeout: Math.min(172_800, 100 * hook.heartbeatTimeout),
  DefaultResult: hook.defaultResult,
  ...(hook.notificationTarget === null ? {} : { NotificationTargetARN: hook.notificationTarget }),
  ...(hook.notificationMetadata === null ? {} : { NotificationMetadata: hook.notificationMetadata }),
});

export const renderActivity = (group: Group, activity: Activity): JsonObject => ({
  ActivityId: activity.id,
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: group.arn,
  Description: activity.description,
  Cause: activity.cause,
  StartTime: new Date(activity.startTime),
  ...(activity.endTime === null ? {} : { EndTime: new Date(activity.endTime) }),
  StatusCode: activity.status,
  ...(activity.statusMessage === null ? {} : { StatusMessage: activity.statusMessage }),
  Progress: activity.status === "InProgress" ? 50 : 100,
  Details: "{}",
});
