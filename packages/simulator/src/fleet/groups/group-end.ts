import { later } from "../later.ts";
import type { Activity, Group, Member, Move } from "./group-state.ts";
import type { Instance, World } from "../state.ts";
import { AwsError } from "../../operation.ts";
import { beginActivity, endActivity } from "./group-events.ts";
import type { Target } from "../targets/target-state.ts";
import { deregisterTarget } from "../targets/targets.ts";
import { endInstance } from "../instances.ts";
import { holdWithHooks } from "./hooks.ts";
import { isInWarmPool, isReadyInPool, unitsOf } from "./group-launch.ts";
import { isAlive } from "../state.ts";
import { deregisterMember } from "../targets/traffic.ts";

const changed = (world: World, group: Group): void => {
  for (const listener of world.listeners.groupChanged) listener(group);
};

/** Deregisters a member from the group's target groups, and calls `gone` when the last registration is gone. */
export const leaveBalancers = (world: World, member: Member, gone: () => void): void => {
  const { group, instance } = member;
  deregisterMember(world, member);
  const own: Target[] = [...instance.targets].filter(
    (target) => target.id === instance.id && group.targetGroups.includes(target.group),
  );
  let left = own.length;
  if (left === 0) return gone();
  for (const target of own) {
    target.onGone.push(() => {
      left -= 1;
      if (left === 0) gone();
    });
    deregisterTarget(world, target);
  }
};

const END: Move = { origin: "AutoScalingGroup", destination: "EC2" };
const END_WARM: Move = { origin: "WarmPool", destination: "EC2" };

/**
 * Ends a member: deregisters it, holds it for the terminating hooks, and terminates it. A second call changes nothing.
 * Connection draining comes before the hooks (assumed); a dead instance is not waited for.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html
 *
 * @param waits whether connections drain before the hooks
 */
export const endMember = (world: World, member: Member, cause: string, waits = true): Activity | null => {
  const { group, instance } = member;
  if (isLeaving(member)) return null;
  for (const action of [...member.actions.values()]) action.cancelTimer();
  member.actions.clear();
  const isOfPool = isInWarmPool(member);
  const move = isOfPool ? END_WARM : END;
  member.state = isOfPool ? "Warmed:Terminating" : "Terminating";
  const activity = beginActivity(world, group, `Terminating EC2 instance: ${instance.id}`, cause);
  const hold = (): void =>
    holdWithHooks(world, member, move, (result) => {
      if (result === "ABANDON" && group.retainOnAbandon && isAlive(instance) && !isOfPool)
        return retain(world, member, activity);
      member.state = isOfPool ? "Warmed:Terminating:Proceed" : "Terminating:Proceed";
      finish(world, member, activity, move);
    });
  if (waits && isAlive(instance)) leaveBalancers(world, member, hold);
  else {
    leaveBalancers(world, member, () => {});
    hold();
  }
  changed(world, group);
  return activity;
};

/** Puts a member into the state that a hook's message proves: its group is terminating it, and the hook holds it. */
export const holdMember = (world: World, member: Member, hook: string, token: string | null): void => {
  endMember(world, member, "a lifecycle hook's message says so", false);
  const action = member.actions.get(hook);
  if (action !== undefined && token !== null) action.token = token;
};

/**
 * Retains an instance. With `TerminateHookAbandon=retain` it stays a running member that does not count as capacity,
 * until TerminateInstanceInAutoScalingGroup:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-lifecycle-policy.html
 */
const retain = (world: World, member: Member, activity: Activity): void => {
  member.state = "Terminating:Retained";
  world.oracle.detached(member.instance);
  endActivity(world, member.group, activity, { move: END, member, failure: "The instance was retained." });
  changed(world, member.group);
};

/** Ends a retained member; its hooks were already answered. */
export const endRetained = (world: World, member: Member, cause: string): Activity => {
  const activity = beginActivity(world, member.group, `Terminating EC2 instance: ${member.instance.id}`, cause);
  member.state = "Terminating:Proceed";
  finish(world, member, activity, END);
  return activity;
};

const ended = new WeakMap<Instance, () => void>();

const finish = (world: World, member: Member, activity: Activity, move: Move): void => {
  const { group, instance } = member;
  const close = (): void => {
    remove(world, member);
    endActivity(world, group, activity, { move, member });
    changed(world, group);
  };
  if (instance.state === "terminated") return close();
  ended.set(instance, close);
  endInstance(world, instance, "terminate", {
    code: "Client.UserInitiatedShutdown",
    message: "Client.UserInitiatedShutdown: User initiated shutdown",
  });
};

export const remove = (world: World, member: Member): void => {
  member.group.members.delete(member.instance.id);
  member.instance.member = null;
  changed(world, member.group);
};

/**
 * Returns true for a member that is leaving its group or going to the warm pool: health checks ignore it, and it is not
 * ended again.
 */
const isLeaving = (member: Member): boolean =>
  /Terminating|Detaching/.test(member.state) || (isInWarmPool(member) && !isReadyInPool(member));

/** Follows an instance's state: a terminated member leaves the group; a dying one is found by the health check. */
export const groupFollowsEnd = (world: World, instance: Instance): void => {
  if (instance.state === "terminated") {
    const close = ended.get(instance);
    ended.delete(instance);
    if (close) return close();
  }
  const { member } = instance;
  if (!member || isAlive(instance)) return;
  if (member.state === "Terminating:Retained" && instance.state === "terminated") return remove(world, member);
  if (isLeaving(member) || isInWarmPool(member) || member.health === "Unhealthy") return;
  const { settings } = world;
  member.health = "Unhealthy";
  later(world, settings.healthCheck, () => replaceUnhealthy(world, member));
};

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
const replaceUnhealthy = (world: World, member: Member): void => {
  const { group } = member;
  if (member.health !== "Unhealthy" || group.members.get(member.instance.id) !== member) return;
  const off = ["HealthCheck", "ReplaceUnhealthy", "Terminate"].some((name) => group.suspended.has(name));
  if (off) {
    const { settings } = world;
    later(world, settings.launchRetry, () => replaceUnhealthy(world, member));
    return;
  }
  endMember(world, member, "an instance was taken out of service in response to an EC2 health check");
};

/**
 * Detaches members; they keep running, and nothing ends them. They leave the group's target groups at once, and are
 * listed as `Detaching` until their connections have drained and `settings.detaching` has passed. If one is refused,
 * the whole call fails. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachInstances.html; the texts of
 * both errors: https://github.com/reproio/ecs_deploy/issues/47 and https://github.com/reproio/ecs_deploy/pull/56
 *
 * @throws AwsError `ValidationError` if an instance is not in service there, or if the minimum forbids it
 */
export const detachMembers = (world: World, group: Group, ids: readonly string[], decrement: boolean): Activity[] => {
  const members = ids.map((id) => {
    const member = group.members.get(id);
    if (!member) {
      throw new AwsError("ValidationError", `The instance ${id} is not part of Auto Scaling group ${group.name}.`);
    }
    if (!(member.state === "InService" || member.state === "Standby")) {
      throw new AwsError("ValidationError", `The instance ${id} is not in InService or Standby.`);
    }
    return member;
  });
  if (decrement && group.desired - unitsOf(members) < group.min) {
    throw new AwsError(
      "ValidationError",
      `AutoScalingGroup ${group.name} has min-size=${group.min}, max-size=${group.max}, and desired-size=${group.desired}. To detach ${members.length} instance(s), please update the AutoScalingGroup sizes appropriately.`,
    );
  }
  if (decrement) group.desired -= unitsOf(members);
  return members.map((member) => {
    const cause = "instance was detached in response to a user request.";
    const activity = beginActivity(world, group, `Detaching EC2 instance: ${member.instance.id}`, cause);
    member.state = "Detaching";
    let left = 2;
    const leave = (): void => {
      left -= 1;
      if (left > 0) return;
      activity.status = "Successful";
      activity.endTime = world.clock.now();
      remove(world, member);
    };
    leaveBalancers(world, member, leave);
    later(world, world.settings.detaching, leave);
    member.instance.tags.delete("aws:autoscaling:groupName");
    world.oracle.detached(member.instance);
    changed(world, group);
    return activity;
  });
};
