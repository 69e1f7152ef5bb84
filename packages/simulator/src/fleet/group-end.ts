import { later } from "./later.ts";
import type { Activity, Group, Member, Move } from "./group-state.ts";
import type { Instance, World } from "./state.ts";
import { AwsError } from "../operation.ts";
import { beginActivity, endActivity } from "./group-events.ts";
import type { Target } from "./target-state.ts";
import { deregisterTarget } from "./targets.ts";
import { endInstance } from "./instances.ts";
import { holdWithHooks } from "./hooks.ts";
import { isWarm, rests, unitsOf } from "./group-launch.ts";
import { isAlive } from "./state.ts";
import { leaveTraffic } from "./traffic.ts";

const changed = (world: World, group: Group): void => {
  for (const listener of world.listeners.groupChanged) listener(group);
};

/** Lets go of the group's own target groups, and says when the last registration is gone. */
export const leaveBalancers = (world: World, member: Member, gone: () => void): void => {
  const { group, instance } = member;
  leaveTraffic(world, member);
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
 * Ends a member: leaves the balancers, is held by the terminating hooks, and goes. Asking twice changes nothing.
 * The wait for connection draining comes before the hooks (assumed); an instance that is dead already is not waited for.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html
 *
 * @param waits for connections to drain, before the hooks
 */
export const endMember = (world: World, member: Member, cause: string, waits = true): Activity | null => {
  const { group, instance } = member;
  if (isLeaving(member)) return null;
  for (const action of [...member.actions.values()]) action.cancelTimer();
  member.actions.clear();
  const isOfPool = isWarm(member);
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

/** A member that a hook holds already, by what its message says: the group has let go of it before. */
export const holdMember = (world: World, member: Member, hook: string, token: string | null): void => {
  endMember(world, member, "a lifecycle hook's message says so", false);
  const action = member.actions.get(hook);
  if (action !== undefined && token !== null) action.token = token;
};

/**
 * With `TerminateHookAbandon=retain` the instance stays a member, running, and no longer counted as capacity, until
 * TerminateInstanceInAutoScalingGroup: https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-lifecycle-policy.html
 */
const retain = (world: World, member: Member, activity: Activity): void => {
  member.state = "Terminating:Retained";
  world.oracle.detached(member.instance);
  endActivity(world, member.group, activity, { move: END, member, failure: "The instance was retained." });
  changed(world, member.group);
};

/** Ends a member that was retained; its hooks have been answered. */
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

/** On its way out of its group, or to its warm pool: no health check looks at it, and nothing ends it again. */
const isLeaving = (member: Member): boolean =>
  /Terminating|Detaching/.test(member.state) || (isWarm(member) && !rests(member));

/** Hears EC2: a member that is gone leaves the group, one that dies is found by the health check. */
export const groupFollowsEnd = (world: World, instance: Instance): void => {
  if (instance.state === "terminated") {
    const close = ended.get(instance);
    ended.delete(instance);
    if (close) return close();
  }
  const { member } = instance;
  if (!member || isAlive(instance)) return;
  if (member.state === "Terminating:Retained" && instance.state === "terminated") return remove(world, member);
  if (isLeaving(member) || isWarm(member) || member.health === "Unhealthy") return;
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
 * Takes members out of their group; they go on running, and nobody ends them. They leave the group's target groups at
 * once, and stay listed as `Detaching` until their connections have drained, and for a while (`settings.detaching`).
 * One that is refused fails the call for all.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachInstances.html; the words of both refusals:
 * https://github.com/reproio/ecs_deploy/issues/47 and https://github.com/reproio/ecs_deploy/pull/56
 * @throws AwsError `ValidationError` for an instance that is not in service there, or where the minimum forbids it.
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
