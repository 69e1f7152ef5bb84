import type { Activity, Group, Member, Move } from "./group-state.ts";
import type { Instance, Purchase, World, Zone } from "../state.ts";
import { beginActivity, endActivity } from "./group-events.ts";
import { poolKey, takeCapacity } from "../region.ts";
import { endInstance, launchInstance, startInstance } from "../instances.ts";
import { holdWithHooks } from "./hooks.ts";
import { containersFollowInstance } from "../ecs/containers.ts";
import { isAlive } from "../state.ts";
import { registerMember } from "../targets/traffic.ts";
import { registerTarget } from "../targets/targets.ts";

/**
 * Returns the purchase option of the next instance: On-Demand up to the base, above it by percentage:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/mixed-instances-groups-set-up-overview.html
 */
const purchaseOf = (group: Group): Purchase => {
  let onDemand = 0;
  let total = 0;
  for (const member of group.members.values()) {
    if (!isActive(member)) continue;
    total += 1;
    if (member.instance.purchase === "on-demand") onDemand += 1;
  }
  const above = Math.max(0, total + 1 - group.onDemandBase);
  const wanted = group.onDemandBase + Math.floor((above * group.onDemandPercent) / 100);
  return onDemand < Math.min(wanted, total + 1) ? "on-demand" : "spot";
};

/** Returns true for members in the warm pool, and on the way into it or out of it to termination. */
export const isInWarmPool = ({ state }: Member): boolean => state.startsWith("Warmed:");

/** Returns true for members in the warm pool that are ready to be used. */
export const isReadyInPool = ({ state }: Member): boolean =>
  state === "Warmed:Running" || state === "Warmed:Stopped" || state === "Warmed:Hibernated";

/** Returns true for members that count as capacity: launching or in service. */
export const isActive = (member: Member): boolean => member.state === "InService" || member.state.startsWith("Pending");

/**
 * Returns the zones, emptiest first: groups balance their zones.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
 */
const zonesByNeed = (group: Group): Zone[] => {
  const counts = new Map<string, number>();
  for (const { instance } of group.members.values()) {
    counts.set(instance.zone.name, (counts.get(instance.zone.name) ?? 0) + 1);
  }
  return group.region.zones
    .filter((zone) => group.zones.includes(zone.name))
    .toSorted((one, other) => (counts.get(one.name) ?? 0) - (counts.get(other.name) ?? 0));
};

/**
 * Picks a capacity pool; returns null if none has capacity. Zone balance comes first. assumed: all types are equally
 * good, so their order is random.
 */
export const findPool = (world: World, group: Group, purchase: Purchase): { zone: Zone; type: string } | null => {
  const first = world.random.int(group.types.length);
  const types = [...group.types.slice(first), ...group.types.slice(0, first)];
  for (const zone of zonesByNeed(group)) {
    const type = types.find((name) => takeCapacity(group.region, poolKey(zone.name, name, purchase)));
    if (type !== undefined) return { zone, type };
  }
  return null;
};

export const addMember = (group: Group, instance: Instance, state: Member["state"]): Member => {
  const member: Member = {
    group,
    instance,
    state,
    health: "Healthy",
    protectedFromScaleIn: group.protectNew,
    rebalancing: false,
    actions: new Map(),
  };
  group.members.set(instance.id, member);
  instance.member = member;
  return member;
};

export const tagsOf = (group: Group): Record<string, string> => ({
  ...Object.fromEntries(group.tags),
  Name: group.tags.get("Name") ?? group.name,
  "aws:autoscaling:groupName": group.name,
});

/**
 * Returns how many units of the group's desired capacity the members are.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-weighting.html
 */
export const unitsOf = (members: readonly Member[]): number =>
  members.reduce((sum, { group, instance }) => sum + (group.weights?.get(instance.type) ?? 1), 0);

const LAUNCH: Move = { origin: "EC2", destination: "AutoScalingGroup" };
const OUT_OF_POOL: Move = { origin: "WarmPool", destination: "AutoScalingGroup" };

/**
 * Launches one instance and follows it into service; takes it from the warm pool while that has any. If no pool has
 * capacity, returns null, and the activity has failed.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
 */
export const launchMember = (world: World, group: Group, cause: string): Member | null => {
  const warm = [...group.members.values()].find(isReadyInPool);
  if (warm !== undefined) return takeWarm(world, warm, cause);
  const purchase = purchaseOf(group);
  const pool = findPool(world, group, purchase);
  if (!pool) {
    const failed = beginActivity(world, group, "Launching a new EC2 instance.  Status Reason: no capacity", cause);
    const failure =
      purchase === "spot"
        ? "Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due to your request configuration. Launching EC2 instance failed."
        : "We currently do not have sufficient capacity in the Availability Zone you requested. Launching EC2 instance failed.";
    endActivity(world, group, failed, { move: LAUNCH, member: null, failure });
    return null;
  }
  const instance = launchInstance(world, group.region, { ...pool, purchase, tags: tagsOf(group) });
  const member = addMember(group, instance, "Pending");
  const activity = beginActivity(world, group, `Launching a new EC2 instance: ${instance.id}`, cause);
  world.oracle.launched(member);
  whenRuns(instance, () => serveAfterHooks(world, member, activity, LAUNCH));
  return member;
};

const takeWarm = (world: World, member: Member, cause: string): Member => {
  const { group, instance } = member;
  member.state = "Pending";
  const activity = beginActivity(world, group, `Launching a new EC2 instance from warm pool: ${instance.id}`, cause);
  world.oracle.launched(member);
  const serve = (): void => serveAfterHooks(world, member, activity, OUT_OF_POOL);
  if (instance.state === "running") {
    containersFollowInstance(world, instance);
    serve();
  } else {
    whenRuns(instance, serve);
    startInstance(world, instance);
  }
  return member;
};

const serveAfterHooks = (world: World, member: Member, activity: Activity, move: Move): void => {
  const { group, instance } = member;
  holdWithHooks(world, member, move, (result) => {
    if (result === "ABANDON") return abandonLaunch(world, member, activity, move);
    if (!isAlive(instance) || !isActive(member)) return;
    enterService(world, member);
    endActivity(world, group, activity, { move, member });
  });
};

/** What to do when a launching instance runs. A WeakMap, so that entries go with their instances. */
const whenRunning = new WeakMap<Instance, () => void>();

export const whenRuns = (instance: Instance, go: () => void): void => void whenRunning.set(instance, go);

/** Follows an instance's boot: launching hooks hold it, then it serves. */
export const groupFollowsBoot = (instance: Instance): void => {
  if (instance.state !== "running") return;
  const go = whenRunning.get(instance);
  whenRunning.delete(instance);
  go?.();
};

export const abandonLaunch = (world: World, member: Member, activity: Activity, move: Move): void => {
  const { group, instance } = member;
  group.members.delete(instance.id);
  instance.member = null;
  endInstance(world, instance, "terminate", {
    code: "Client.UserInitiatedShutdown",
    message: "Client.UserInitiatedShutdown: User initiated shutdown",
  });
  endActivity(world, group, activity, { move, member, failure: "The lifecycle action was abandoned." });
  for (const listener of world.listeners.groupChanged) listener(group);
};

/** Puts a member into service, and registers it in every attached target group. */
export const enterService = (world: World, member: Member, healthy = false): void => {
  const { group, instance } = member;
  member.state = "InService";
  if (!group.suspended.has("AddToLoadBalancer")) {
    for (const targets of group.targetGroups) {
      registerTarget(world, targets, { id: instance.id, port: targets.port, instance, healthy });
    }
    registerMember(world, member, healthy);
  }
  for (const listener of world.listeners.groupChanged) listener(group);
};
