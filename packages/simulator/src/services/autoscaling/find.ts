import type { CallContext } from "../../operation.ts";
import { AwsError } from "../../operation.ts";
import type { Group, Member } from "../../fleet/groups/group-state.ts";
import type { World } from "../../fleet/state.ts";
import type { Page } from "../../fleet/api/page.ts";
import { paginate } from "../../fleet/api/page.ts";
import type { Reader } from "../../fleet/api/input.ts";
import { regionOf } from "../../fleet/region.ts";
import { validationError } from "../../fleet/api/input.ts";

export const groupsOf = (world: World, ctx: CallContext): ReadonlyMap<string, Group> =>
  regionOf(world, ctx.account, ctx.region).groups;

export const needGroup = (world: World, ctx: CallContext, name: string): Group => {
  const group = groupsOf(world, ctx).get(name);
  if (!group) throw validationError(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
  return group;
};

/**
 * Returns a group that is to be changed. A group with an operator can be changed only by that:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html (Operator)
 */
export const needOwn = (group: Group): Group => {
  if (group.operator === null) return group;
  throw new AwsError("AccessDenied", `${group.name} is managed by ${group.operator}.`, 403);
};

export const needMember = (world: World, ctx: CallContext, instanceId: string): Member => {
  const member = regionOf(world, ctx.account, ctx.region).instances.get(instanceId)?.member;
  if (!member) {
    throw validationError(`Instance Id not found - No managed instance found for instance ID: ${instanceId}`);
  }
  return member;
};

/** Returns one page; an invalid token is answered with `InvalidNextToken`. */
export const pageOf = <T>(read: Reader, all: readonly T[], standard: number, most: number): Page<T> => {
  const size = read.number("MaxRecords") ?? standard;
  if (size < 1 || size > most) {
    throw validationError(
      `1 validation error detected: Value '${size}' at 'maxRecords' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
    );
  }
  return paginate(
    all,
    size,
    read.text("NextToken"),
    () => new AwsError("InvalidNextToken", "The NextToken value is not valid."),
  );
};
