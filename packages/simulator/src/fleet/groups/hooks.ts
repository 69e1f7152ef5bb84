import { later } from "../later.ts";
import type { Hook, HookResult, LifecycleAction, LifecycleState, Member, Move, Transition } from "./group-state.ts";
import { AwsError } from "../../operation.ts";
import type { JsonObject } from "../../operation.ts";
import type { World } from "../state.ts";
import { publish } from "../events.ts";

/**
 * Returns the longest wait in all: 48 hours or 100 heartbeat timeouts, whichever is less.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
const longestWait = (hook: Hook): number => Math.min(48 * 3_600_000, 100 * hook.heartbeatTimeout * 1000);

/** Returns the transition of a move: leaving the group, or leaving the pool for termination, is terminating. */
export const transitionOf = ({ origin, destination }: Move): Transition =>
  origin === "AutoScalingGroup" || destination === "EC2"
    ? "autoscaling:EC2_INSTANCE_TERMINATING"
    : "autoscaling:EC2_INSTANCE_LAUNCHING";

/**
 * Returns the waiting state of a move. An instance that returns to the warm pool waits as `Warmed:Pending:Wait`, also
 * for terminating hooks. https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pool-instance-lifecycle.html
 */
const waitOf = ({ origin, destination }: Move): LifecycleState => {
  if (destination === "WarmPool") return "Warmed:Pending:Wait";
  if (destination === "AutoScalingGroup") return "Pending:Wait";
  return origin === "WarmPool" ? "Warmed:Terminating:Wait" : "Terminating:Wait";
};

const describe = (action: LifecycleAction): JsonObject => ({
  LifecycleActionToken: action.token,
  AutoScalingGroupName: action.member.group.name,
  LifecycleHookName: action.hook.name,
  EC2InstanceId: action.member.instance.id,
  LifecycleTransition: action.hook.transition,
  ...(action.hook.notificationMetadata === null ? {} : { NotificationMetadata: action.hook.notificationMetadata }),
  Origin: action.move.origin,
  Destination: action.move.destination,
});

/**
 * Sends a message to a hook's own queue, without an envelope:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/prepare-for-lifecycle-notifications.html
 */
const sendDirect = (
  world: World,
  member: { readonly group: Member["group"] },
  queueArn: string,
  extra: JsonObject,
): void => {
  const { clock, random, settings } = world;
  const body = JSON.stringify({
    Service: "AWS Auto Scaling",
    Time: new Date(clock.now()).toISOString(),
    RequestId: random.uuid(),
    AccountId: member.group.region.account,
    AutoScalingGroupName: member.group.name,
    ...extra,
  });
  later(world, settings.eventDelay, () => world.send(queueArn, body));
};

/** Adds a hook; its notification target gets AWS's test message. */
export const putHook = (world: World, group: Member["group"], hook: Hook): void => {
  group.hooks.set(hook.name, hook);
  if (hook.notificationTarget === null) return;
  sendDirect(world, { group }, hook.notificationTarget, {
    AutoScalingGroupARN: group.arn,
    Event: "autoscaling:TEST_NOTIFICATION",
  });
};

const notify = (world: World, action: LifecycleAction): void => {
  const { hook, member } = action;
  const detail = describe(action);
  if (hook.notificationTarget !== null) return sendDirect(world, member, hook.notificationTarget, detail);
  publish(world, member.group.region, {
    source: "aws.autoscaling",
    detailType:
      hook.transition === "autoscaling:EC2_INSTANCE_LAUNCHING"
        ? "EC2 Instance-launch Lifecycle Action"
        : "EC2 Instance-terminate Lifecycle Action",
    resources: [member.group.arn],
    detail,
  });
};

const arm = (world: World, action: LifecycleAction): void => {
  const { clock } = world;
  action.cancelTimer();
  const latest = action.startedAt + longestWait(action.hook);
  action.timeoutAt = Math.min(clock.now() + action.hook.heartbeatTimeout * 1000, latest);
  action.cancelTimer = clock.setTimer(action.timeoutAt, () => action.settle(action.hook.defaultResult));
};

/**
 * Holds a member with every hook of the transition. Calls `done` with ABANDON at once, with CONTINUE when all hooks
 * have answered.
 */
export const holdWithHooks = (world: World, member: Member, move: Move, done: (result: HookResult) => void): void => {
  const transition = transitionOf(move);
  const hooks = [...member.group.hooks.values()].filter((hook) => hook.transition === transition);
  if (hooks.length === 0) return done("CONTINUE");
  member.state = waitOf(move);
  for (const hook of hooks) {
    const action: LifecycleAction = {
      token: world.random.uuid(),
      hook,
      member,
      move,
      startedAt: world.clock.now(),
      timeoutAt: 0,
      cancelTimer: () => {},
      settle: (result) => {
        action.cancelTimer();
        member.actions.delete(hook.name);
        if (result === "ABANDON") dropActions(member);
        if (member.actions.size === 0) done(result);
      },
    };
    member.actions.set(hook.name, action);
    arm(world, action);
  }
  for (const action of [...member.actions.values()]) {
    notify(world, action);
    for (const listener of world.listeners.action) listener(action);
  }
};

/**
 * Drops the other actions: "ABANDON stops any remaining actions, such as other lifecycle hooks":
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
const dropActions = (member: Member): void => {
  for (const action of member.actions.values()) action.cancelTimer();
  member.actions.clear();
};

/**
 * Finds an open lifecycle action.
 *
 * @throws AwsError `ValidationError`, as AWS does, if it has ended or never existed
 */
export const findAction = (
  group: Member["group"],
  hookName: string,
  by: { readonly token?: string | undefined; readonly instanceId?: string | undefined },
): LifecycleAction => {
  const { token, instanceId } = by;
  if (instanceId !== undefined) {
    const action = group.members.get(instanceId)?.actions.get(hookName);
    if (action && (token === undefined || action.token === token)) return action;
    throw new AwsError("ValidationError", `No active Lifecycle Action found with instance ID ${instanceId}`);
  }
  for (const member of group.members.values()) {
    const action = member.actions.get(hookName);
    if (action && action.token === token) return action;
  }
  throw new AwsError("ValidationError", `No active Lifecycle Action found with token ${token ?? "(none)"}`);
};

/** Restarts the timeout, within AWS's limit. */
export const recordHeartbeat = (world: World, action: LifecycleAction): void => arm(world, action);
