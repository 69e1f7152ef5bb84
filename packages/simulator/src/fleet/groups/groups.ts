import { later } from "../later.ts";
import type { Group, Member } from "./group-state.ts";
import type { Instance, World } from "../state.ts";
import { isActive, launchMember, unitsOf } from "./group-launch.ts";
import { endMember } from "./group-end.ts";
import { isAlive } from "../state.ts";
import { levelPool, returnToPool } from "./warm-pool.ts";

/** Reconciles a group soon, only once for any number of changes. */
export const reconcileGroupSoon = (world: World, group: Group, delay?: number): void => {
  const isDeleted = group.region.groups.get(group.name) !== group;
  if (group.cancelReconcile || isDeleted) return;
  const { settings } = world;
  group.cancelReconcile = later(world, delay ?? settings.groupReaction, () => {
    group.cancelReconcile = null;
    reconcile(world, group);
  });
};

/** Returns true if a member is in service, and healthy in every target group of its group. */
export const serves = (member: Member): boolean =>
  member.state === "InService" &&
  isAlive(member.instance) &&
  member.group.targetGroups.every((targets) =>
    [...member.instance.targets].some((target) => target.group === targets && target.state === "healthy"),
  );

/**
 * Reconciles a group. A surplus by weights stays until desired capacity is lowered: "a scale in event occurs when there
 * is a new value for the desired capacity",
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-instance-termination.html
 */
const reconcile = (world: World, group: Group): void => {
  const active = [...group.members.values()].filter(isActive);
  const kept = active.filter((member) => !member.rebalancing);
  const deficit = group.desired - unitsOf(kept);
  group.scalingIn = deficit < 0 && (group.scalingIn || group.desired < group.looked || group.weights === null);
  group.looked = group.desired;
  if (deficit > 0) grow(world, group, deficit, unitsOf(active));
  else if (group.scalingIn) shrink(world, group, kept, -deficit);
  retireRebalanced(world, group, active, kept);
  levelPool(world, group);
};

const grow = (world: World, group: Group, deficit: number, active: number): void => {
  if (group.suspended.has("Launch")) return;
  // Capacity Rebalancing may exceed the maximum by 10 % of desired capacity:
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-capacity-rebalancing.html
  const extra = [...group.members.values()].some((member) => member.rebalancing) ? Math.ceil(group.desired / 10) : 0;
  const room = group.max + extra - active;
  // Until desired capacity is fulfilled, even if the last instance exceeds it:
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
    reconcileGroupSoon(world, group, world.random.within(world.settings.launchRetry));
    return;
  }
};

/** Returns true if a member is protected from scale-in, also by managed termination protection. */
export const isProtected = (member: Member): boolean => {
  if (member.protectedFromScaleIn) return true;
  const { containerInstance } = member.instance;
  if (!containerInstance || !member.group.capacityProvider?.managedTerminationProtection) return false;
  return [...containerInstance.tasks].some((task) => task.service?.strategy !== "DAEMON");
};

/**
 * Ends surplus members: in the fullest zone first, the oldest there first:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 */
const shrink = (world: World, group: Group, kept: readonly Member[], surplus: number): void => {
  if (group.suspended.has("Terminate")) return;
  const counts = new Map<string, number>();
  for (const { instance } of kept) counts.set(instance.zone.name, (counts.get(instance.zone.name) ?? 0) + 1);
  const candidates = kept.filter((member) => member.state === "InService" && !isProtected(member));
  for (let left = surplus; left > 0;) {
    // Keep a member if capacity would fall below desired without it.
    if (kept.every((member) => unitsOf([member]) > left)) group.scalingIn = false;
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
    const end = group.warmPool?.reuseOnScaleIn === true ? returnToPool : endMember;
    end(
      world,
      victim,
      "an instance was taken out of service in response to a difference between desired and actual capacity",
    );
  }
};

/** Ends as many doomed members as there are replacements in service. */
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
 * Follows recommendations (not warnings): Capacity Rebalancing launches a replacement first.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-capacity-rebalancing.html
 */
export const rebalanceFollowsRecommendation = (world: World, instance: Instance): void => {
  const { member } = instance;
  if (!member?.group.capacityRebalance || member.state !== "InService") return;
  member.rebalancing = true;
  reconcileGroupSoon(world, member.group);
};
