import type { Group, HookResult, Member, Move } from "./group-state.ts";
import type { Instance, World } from "../state.ts";
import { beginActivity, endActivity } from "./group-events.ts";
import { abandonLaunch, addMember, findPool, isInWarmPool, isReadyInPool, tagsOf, whenRuns } from "./group-launch.ts";
import { endMember, leaveBalancers, remove } from "./group-end.ts";
import { endInstance, launchInstance } from "../instances.ts";
import { holdWithHooks } from "./hooks.ts";

const RETURN: Move = { origin: "AutoScalingGroup", destination: "WarmPool" };
const LAUNCH: Move = { origin: "EC2", destination: "WarmPool" };

const BY_GROUP = {
  code: "Client.UserInitiatedShutdown",
  message: "Client.UserInitiatedShutdown: User initiated shutdown",
};

const poolOf = (group: Group): Member[] =>
  [...group.members.values()].filter(
    (member) => isInWarmPool(member) && !member.state.startsWith("Warmed:Terminating"),
  );

/** Fills a warm pool to its size with instances that have been in it since before the beginning. */
export const fillPool = (world: World, group: Group): void => {
  while (group.warmPool !== null && poolOf(group).length < group.max - group.desired) {
    const place = findPool(world, group, "on-demand");
    if (place === null) return;
    const tags = tagsOf(group);
    const instance = launchInstance(world, group.region, { ...place, purchase: "on-demand", tags, running: true });
    addMember(group, instance, `Warmed:${group.warmPool.state}`);
    if (group.warmPool.state === "Running") continue;
    instance.state = "stopped";
    instance.stateReason = { ...BY_GROUP };
  }
};

/** Launches missing pool instances, and ends surplus ones, after a change of desired capacity or maximum. */
export const levelPool = (world: World, group: Group): void => {
  if (group.warmPool === null) return;
  const pool = poolOf(group);
  const missing = Math.max(0, group.max - group.desired) - pool.length;
  if (!group.suspended.has("Launch")) for (let left = missing; left > 0; left -= 1) launchWarm(world, group);
  if (group.suspended.has("Terminate")) return;
  for (const member of pool.filter(isReadyInPool).slice(0, Math.max(0, -missing)))
    endMember(world, member, "an instance was taken out of the warm pool, which is larger than it is to be");
};

const launchWarm = (world: World, group: Group): void => {
  const place = findPool(world, group, "on-demand");
  if (place === null) return;
  const instance = launchInstance(world, group.region, { ...place, purchase: "on-demand", tags: tagsOf(group) });
  const member = addMember(group, instance, "Warmed:Pending");
  const cause = "an instance was started in response to a difference between the size of the warm pool and its members";
  const activity = beginActivity(world, group, `Launching a new EC2 instance into warm pool: ${instance.id}`, cause);
  world.oracle.launched(member);
  whenRuns(instance, () =>
    holdWithHooks(world, member, LAUNCH, (result) => {
      if (result === "ABANDON") return abandonLaunch(world, member, activity, LAUNCH);
      rest(world, member);
      endActivity(world, group, activity, { move: LAUNCH, member });
    }),
  );
};

/**
 * Scales a member in to the warm pool: it leaves the load balancers, and terminating hooks hold it. assumed: if its
 * hook is abandoned, it is terminated.
 */
export const returnToPool = (world: World, member: Member, cause: string): void => {
  const { group, instance } = member;
  member.state = "Warmed:Pending";
  const activity = beginActivity(world, group, `Returning EC2 instance to warm pool: ${instance.id}`, cause);
  const settle = (result: HookResult): void => {
    if (result === "ABANDON") endInstance(world, instance, "terminate", BY_GROUP);
    else rest(world, member);
    endActivity(world, group, activity, { move: RETURN, member });
  };
  leaveBalancers(world, member, () => holdWithHooks(world, member, RETURN, settle));
};

const rest = (world: World, member: Member): void => {
  const { group, instance } = member;
  member.state = "Warmed:Pending:Proceed";
  if (group.warmPool?.state === "Running") member.state = "Warmed:Running";
  else endInstance(world, instance, "stop", BY_GROUP);
};

/** Follows an instance's state: a stopped one is then in the pool; a terminated one has left it. */
export const poolFollowsInstance = (world: World, instance: Instance): void => {
  const { member } = instance;
  if (!member || !isInWarmPool(member)) return;
  if (instance.state === "terminated") return remove(world, member);
  if (instance.state === "stopped" && member.state === "Warmed:Pending:Proceed")
    member.state = `Warmed:${member.group.warmPool?.state ?? "Stopped"}`;
};
