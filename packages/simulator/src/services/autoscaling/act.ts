import type { HookResult, LifecycleAction } from "../../fleet/groups/group-state.ts";
import type { CallContext, Operation } from "../../operation.ts";
import { boolean, integer, structure } from "../../fleet/api/shapes.ts";
import { detachMembers, endMember, endRetained } from "../../fleet/groups/group-end.ts";
import { findAction, recordHeartbeat } from "../../fleet/groups/hooks.ts";
import { needGroup, needMember, needOwn } from "./find.ts";
import { AwsError } from "../../operation.ts";
import type { Reader } from "../../fleet/api/input.ts";
import type { World } from "../../fleet/state.ts";
import { reader, validationError } from "../../fleet/api/input.ts";
import { renderActivity } from "./render.ts";
import { setOnDemandBase } from "../../fleet/on-demand-base.ts";
import { isInWarmPool, unitsOf } from "../../fleet/groups/group-launch.ts";
import { reconcileGroupSoon } from "../../fleet/groups/groups.ts";

const needAction = (world: World, ctx: CallContext, read: Reader): LifecycleAction => {
  const group = needOwn(needGroup(world, ctx, read.needText("AutoScalingGroupName")));
  const hook = read.needText("LifecycleHookName");
  const by = { token: read.text("LifecycleActionToken"), instanceId: read.text("InstanceId") };
  if (by.token === undefined && by.instanceId === undefined) {
    throw validationError("Either LifecycleActionToken or InstanceId must be specified");
  }
  if (!group.hooks.has(hook)) throw validationError(`No Lifecycle Hook found with name ${hook}`);
  return findAction(group, hook, by);
};

const isResult = (text: string): text is HookResult => text === "CONTINUE" || text === "ABANDON";

/**
 * An action that is already complete is refused, without harm:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html
 */
export const completeLifecycleAction: Operation<World> = {
  service: "autoscaling",
  name: "CompleteLifecycleAction",
  mutating: true,
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const result = read.needText("LifecycleActionResult");
    if (!isResult(result)) throw validationError("LifecycleActionResult must be CONTINUE or ABANDON");
    const asked = `${read.needText("LifecycleHookName")}/${read.text("InstanceId") ?? read.text("LifecycleActionToken") ?? ""}`;
    try {
      const action = needAction(world, ctx, read);
      world.oracle.effect("complete-lifecycle-action", action.token);
      action.settle(result);
    } catch (error) {
      if (error instanceof AwsError) world.oracle.effect("complete-lifecycle-action", asked, true);
      throw error;
    }
    return {};
  },
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html */
export const recordLifecycleActionHeartbeat: Operation<World> = {
  service: "autoscaling",
  name: "RecordLifecycleActionHeartbeat",
  mutating: true,
  run: (world, input, ctx) => {
    recordHeartbeat(world, needAction(world, ctx, reader(input, validationError)));
    return {};
  },
};

/** At most 20 ids: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachInstances.html */
export const detachInstances: Operation<World> = {
  service: "autoscaling",
  name: "DetachInstances",
  mutating: true,
  input: { ShouldDecrementDesiredCapacity: boolean },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const group = needOwn(needGroup(world, ctx, read.needText("AutoScalingGroupName")));
    const ids = [...new Set(read.texts("InstanceIds") ?? [])];
    if (ids.length > 20) throw validationError("You can detach at most 20 instances at a time.");
    const activities = detachMembers(world, group, ids, read.flag("ShouldDecrementDesiredCapacity"));
    for (const id of ids) world.oracle.effect("detach", id);
    return { Activities: activities.map((activity) => renderActivity(group, activity)) };
  },
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html */
export const terminateInstanceInAutoScalingGroup: Operation<World> = {
  service: "autoscaling",
  name: "TerminateInstanceInAutoScalingGroup",
  mutating: true,
  input: { ShouldDecrementDesiredCapacity: boolean },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const member = needMember(world, ctx, read.needText("InstanceId"));
    const group = needOwn(member.group);
    const decrement = read.flag("ShouldDecrementDesiredCapacity");
    // By its weight (assumed: AWS does not say by how much a decrement lowers a group with weights).
    const lower = group.desired - unitsOf([member]);
    const shrinks = decrement ? `, shrinking the capacity from ${group.desired} to ${lower}` : "";
    const cause = `instance ${member.instance.id} was taken out of service in response to a user request${shrinks}`;
    if (member.state === "Terminating:Retained") {
      if (decrement) group.desired = Math.max(group.min, group.desired - 1);
      world.oracle.effect("terminate-in-group", member.instance.id);
      return { Activity: renderActivity(group, endRetained(world, member, cause)) };
    }
    if (member.state === "Detaching")
      throw validationError(`The instance ${member.instance.id} is not in InService or Standby.`);
    if (member.state.startsWith("Terminating")) {
      world.oracle.effect("terminate-in-group", member.instance.id, true);
      throw new AwsError("ScalingActivityInProgress", `Instance ${member.instance.id} is already being terminated.`);
    }
    if (isInWarmPool(member)) {
      throw validationError(`The instance ${member.instance.id} is in a warm pool.`);
    }
    if (decrement && lower < group.min) {
      throw validationError(
        `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
      );
    }
    if (decrement) group.desired = lower;
    world.oracle.effect("terminate-in-group", member.instance.id);
    const activity = endMember(world, member, cause);
    return activity ? { Activity: renderActivity(group, activity) } : {};
  },
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html */
export const setDesiredCapacity: Operation<World> = {
  service: "autoscaling",
  name: "SetDesiredCapacity",
  mutating: true,
  input: { DesiredCapacity: integer, HonorCooldown: boolean },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const group = needOwn(needGroup(world, ctx, read.needText("AutoScalingGroupName")));
    const desired = read.number("DesiredCapacity");
    if (desired === undefined) throw validationError("DesiredCapacity is required");
    const said = `New SetDesiredCapacity value ${desired} is`;
    if (desired > group.max) throw validationError(`${said} above max value ${group.max} for the AutoScalingGroup.`);
    if (desired < group.min) throw validationError(`${said} below min value ${group.min} for the AutoScalingGroup.`);
    const cooling = group.scaledAt !== null && world.clock.now() < group.scaledAt + group.cooldown;
    if (read.flag("HonorCooldown") && cooling) {
      throw new AwsError(
        "ScalingActivityInProgress",
        `Scaling activity is in progress for ${group.name}: its cooldown has not ended.`,
      );
    }
    world.oracle.effect("set-desired", `${group.name}: ${group.desired} to ${desired}`, desired === group.desired);
    group.desired = desired;
    group.scaledAt = world.clock.now();
    reconcileGroupSoon(world, group);
    return {};
  },
};

const distribution = structure({
  OnDemandBaseCapacity: integer,
  OnDemandPercentageAboveBaseCapacity: integer,
  SpotInstancePools: integer,
});

/**
 * The part that Spotkeeper uses: the On-Demand base of a mixed instances policy. A policy without its launch template
 * is refused, and so is a template with both id and name (assumed: with a message of AWS that users quote).
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
 */
export const updateAutoScalingGroup: Operation<World> = {
  service: "autoscaling",
  name: "UpdateAutoScalingGroup",
  mutating: true,
  input: { MixedInstancesPolicy: structure({ InstancesDistribution: distribution }) },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const group = needOwn(needGroup(world, ctx, read.needText("AutoScalingGroupName")));
    const policy = read.object("MixedInstancesPolicy");
    const template = policy?.object("LaunchTemplate")?.object("LaunchTemplateSpecification");
    const names = [template?.text("LaunchTemplateId"), template?.text("LaunchTemplateName")];
    if (names.filter((name) => name !== undefined).length !== 1)
      throw validationError("Valid requests must contain either launchTemplateId or LaunchTemplateName");
    const base = policy?.object("InstancesDistribution")?.number("OnDemandBaseCapacity") ?? group.onDemandBase;
    if (!Number.isInteger(base) || base < 0) throw validationError("OnDemandBaseCapacity must not be negative.");
    world.oracle.effect(
      "set-on-demand-base",
      `${group.name}: ${group.onDemandBase} to ${base}`,
      base === group.onDemandBase,
    );
    setOnDemandBase(world, group, base);
    return {};
  },
};
