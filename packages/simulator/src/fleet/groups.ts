import { later } from "./later.ts";
import type { Group, Hook, Member } from "./group-state.ts";
import type { Instance, Purchase, Region, World } from "./state.ts";
import { addMember, enterService, isActive, launchMember, unitsOf } from "./group-launch.ts";
import { arn } from "./region.ts";
import { endMember } from "./group-end.ts";
import { isAlive } from "./state.ts";
import { launchInstance } from "./instances.ts";
import { putHook } from "./hooks.ts";
import type { TargetGroup } from "./target-state.ts";
import type { ClassicLoadBalancer, LatticeTargetGroup } from "./traffic-state.ts";

export interface GroupSpec {
  readonly name: string;
  readonly min?: number;
  readonly max?: number;
  readonly desired: number;
  readonly types: readonly string[];
  /** What an instance of each type counts for; `min`, `max` and `desired` are then in the same units. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly desiredCapacityType?: Group["desiredCapacityType"];
  /** Zone names; all of the region's unless given. */
  readonly zones?: readonly string[];
  readonly onDemandBase?: number;
  readonly onDemandPercent?: number;
  readonly capacityRebalance?: boolean;
  /** Seconds; AWS's default is 300. */
  readonly cooldown?: number;
  readonly targetGroups?: readonly TargetGroup[];
  readonly classicLoadBalancers?: readonly ClassicLoadBalancer[];
  readonly latticeTargetGroups?: readonly LatticeTargetGroup[];
  readonly hooks?: readonly HookSpec[];
  readonly suspended?: readonly string[];
  readonly maintenance?: { readonly min: number; readonly max: number } | null;
  readonly protectNew?: boolean;
  readonly retainOnAbandon?: boolean;
  readonly operator?: string;
  readonly deletionProtection?: Group["deletionProtection"];
  readonly tags?: Readonly<Record<string, string>>;
  /** Ids, and what is known of them, of its first Spot Instances. */
  readonly named?: readonly NamedInstance[];
}

export interface NamedInstance {
  readonly id: string;
  /** A zone's name. */
  readonly zone?: string;
  readonly type?: string;
}

export type HookSpec = Pick<Hook, "name" | "transition"> & Partial<Hook>;

/** AWS's defaults: one hour, ABANDON. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
const hookOf = (spec: HookSpec): Hook => ({
  heartbeatTimeout: 3600,
  defaultResult: "ABANDON",
  notificationTarget: null,
  notificationMetadata: null,
  ...spec,
});

/** A group whose desired instances run and serve already. */
export const createGroup = (world: World, region: Region, spec: GroupSpec): Group => {
  const group: Group = {
    name: spec.name,
    arn: arn(region, "autoscaling", `autoScalingGroup:${world.random.uuid()}:autoScalingGroupName/${spec.name}`),
    region,
    min: spec.min ?? 0,
    max: spec.max ?? spec.desired * 2,
    desired: spec.desired,
    baseline: spec.desired,
    types: spec.types,
    weights: spec.weights === undefined ? null : new Map(Object.entries(spec.weights)),
    desiredCapacityType: spec.desiredCapacityType ?? null,
    zones: spec.zones ?? region.zones.map((zone) => zone.name),
    onDemandBase: spec.onDemandBase ?? 0,
    onDemandBaseline: spec.onDemandBase ?? 0,
    onDemandPercent: spec.onDemandPercent ?? 0,
    capacityRebalance: spec.capacityRebalance ?? false,
    cooldown: (spec.cooldown ?? 300) * 1000,
    targetGroups: [...(spec.targetGroups ?? [])],
    classicLoadBalancers: spec.classicLoadBalancers ?? [],
    latticeTargetGroups: spec.latticeTargetGroups ?? [],
    hooks: new Map(),
    members: new Map(),
    suspended: new Set(spec.suspended),
    refreshes: [],
    maintenance: spec.maintenance ?? null,
    protectNew: spec.protectNew ?? false,
    retainOnAbandon: spec.retainOnAbandon ?? false,
    operator: spec.operator ?? null,
    deletionProtection: spec.deletionProtection ?? "none",
    tags: new Map(Object.entries(spec.tags ?? {})),
    activities: [],
    capacityProvider: null,
    scaledAt: null,
    cancelReconcile: null,
  };
  region.groups.set(group.name, group);
  for (const hook of spec.hooks ?? []) putHook(world, group, hookOf(hook));
  const onDemand = Math.min(
    group.desired,
    group.onDemandBase + Math.floor((Math.max(0, group.desired - group.onDemandBase) * group.onDemandPercent) / 100),
  );
  for (let index = 0; unitsOf([...group.members.values()]) < group.desired; index += 1) {
    fill(world, group, index, index < onDemand ? "on-demand" : "spot", spec.named?.[index - onDemand]);
  }
  return group;
};

const fill = (world: World, group: Group, index: number, purchase: Purchase, named?: NamedInstance): void => {
  const zoneName = named?.zone ?? group.zones[index % group.zones.length];
  const zone = group.region.zones.find(({ name }) => name === zoneName);
  if (!zone)
    throw new RangeError(`group ${group.name}: ${zoneName ?? "(no zone)"} is not a zone of ${group.region.name}`);
  const type = named?.type ?? group.types[Math.floor(index / group.zones.length) % group.types.length];
  if (type === undefined) throw new RangeError(`group ${group.name} needs at least one instance type`);
  const instance = launchInstance(world, group.region, {
    ...(named === undefined ? {} : { id: named.id }),
    zone,
    type,
    purchase,
    running: true,
    tags: {
      ...Object.fromEntries(group.tags),
      Name: group.tags.get("Name") ?? group.name,
      "aws:autoscaling:groupName": group.name,
    },
  });
  // Fleets are older than the story: ages differ, up to about three days.
  instance.launchTime -= world.random.int(250_000_000);
  enterService(world, addMember(group, instance, "InService"), true);
};

/** Looks at a group's capacity soon, once, however much changes meanwhile. */
export const touchGroup = (world: World, group: Group, delay?: number): void => {
  if (group.cancelReconcile) return;
  const { settings } = world;
  group.cancelReconcile = later(world, delay ?? settings.groupReaction, () => {
    group.cancelReconcile = null;
    reconcile(world, group);
  });
};

/** Healthy in every target group of the group, or without any just in service. */
const serves = (member: Member): boolean =>
  member.state === "InService" &&
  isAlive(member.instance) &&
  member.group.targetGroups.every((targets) =>
    [...member.instance.targets].some((target) => target.group === targets && target.state === "healthy"),
  );

const reconcile = (world: World, group: Group): void => {
  const active = [...group.members.values()].filter(isActive);
  const kept = active.filter((member) => !member.rebalancing);
  const deficit = group.desired - unitsOf(kept);
  if (deficit > 0) grow(world, group, deficit, unitsOf(active));
  else if (deficit < 0) shrink(world, group, kept, -deficit);
  retireRebalanced(world, group, active, kept);
};

const grow = (world: World, group: Group, deficit: number, active: number): void => {
  if (group.suspended.has("Launch")) return;
  // Capacity Rebalancing may exceed the maximum by a tenth of the desired capacity:
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-capacity-rebalancing.html
  const extra = [...group.members.values()].some((member) => member.rebalancing) ? Math.ceil(group.desired / 10) : 0;
  const room = group.max + extra - active;
  // Until desired capacity is fulfilled, even if the last one goes above it:
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html
  for (let left = Math.min(deficit, room); left > 0;) {
    const launched = launchMember(
      world,
      group,
      "an instance was started in response to a difference between desired and actual capacity",
    );
    if (launched !== null) {
      left -= unitsOf([launched]);
      continue;
    }
    touchGroup(world, group, world.random.within(world.settings.launchRetry));
    return;
  }
};

/** Spares what is protected, including tasks under managed termination protection. */
export const isProtected = (member: Member): boolean => {
  if (member.protectedFromScaleIn) return true;
  const { containerInstance } = member.instance;
  if (!containerInstance || !member.group.capacityProvider?.managedTerminationProtection) return false;
  return [...containerInstance.tasks].some((task) => task.service?.strategy !== "DAEMON");
};

/** The fullest zone loses first, and there the oldest: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html */
const shrink = (world: World, group: Group, kept: readonly Member[], surplus: number): void => {
  if (group.suspended.has("Terminate")) return;
  const counts = new Map<string, number>();
  for (const { instance } of kept) counts.set(instance.zone.name, (counts.get(instance.zone.name) ?? 0) + 1);
  const candidates = kept.filter((member) => member.state === "InService" && !isProtected(member));
  for (let left = surplus; left > 0;) {
    // What would leave less than is desired stays (assumed).
    const victim = candidates
      .filter((member) => unitsOf([member]) <= left)
      .toSorted(
        (one, other) =>
          (counts.get(other.instance.zone.name) ?? 0) - (counts.get(one.instance.zone.name) ?? 0) ||
          one.instance.launchTime - other.instance.launchTime,
      )[0];
    if (!victim) return;
    candidates.splice(candidates.indexOf(victim), 1);
    left -= unitsOf([victim]);
    counts.set(victim.instance.zone.name, (counts.get(victim.instance.zone.name) ?? 0) - 1);
    endMember(
      world,
      victim,
      "an instance was taken out of service in response to a difference between desired and actual capacity",
    );
  }
};

/** Ends as many doomed members as there are replacements that serve. */
const retireRebalanced = (world: World, group: Group, active: readonly Member[], kept: readonly Member[]): void => {
  const doomed = active.filter((member) => member.rebalancing);
  if (doomed.length === 0 || group.suspended.has("Terminate")) return;
  let ready = unitsOf(kept.filter(serves)) + unitsOf(doomed) - group.desired;
  for (const member of doomed) {
    ready -= unitsOf([member]);
    if (ready < 0) return;
    endMember(
      world,
      member,
      "an instance was taken out of service in response to an EC2 instance rebalance recommendation",
    );
  }
};

/**
 * Capacity Rebalancing hears the recommendation, not the warning: a replacement launches first.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-capacity-rebalancing.html
 */
export const rebalanceFollowsRecommendation = (world: World, instance: Instance): void => {
  const { member } = instance;
  if (!member?.group.capacityRebalance || member.state !== "InService") return;
  member.rebalancing = true;
  touchGroup(world, member.group);
};
