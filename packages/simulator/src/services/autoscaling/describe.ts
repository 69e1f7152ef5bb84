import type { Activity, Group, Member } from "../../fleet/groups/group-state.ts";
import { groupsOf, needGroup, pageOf } from "./find.ts";
import { renderActivity, renderGroup, renderHook, renderMember } from "./render.ts";
import type { Operation } from "../../operation.ts";
import type { World } from "../../fleet/state.ts";
import { integer, list, string, structure } from "../../fleet/api/shapes.ts";
import { type Reader, reader, validationError } from "../../fleet/api/input.ts";
import { regionOf } from "../../fleet/region.ts";

/**
 * Unknown names are left out; pages of 50, at most 100:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
 */
export const describeAutoScalingGroups: Operation<World> = {
  service: "autoscaling",
  name: "DescribeAutoScalingGroups",
  mutating: false,
  input: { MaxRecords: integer },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const groups = groupsOf(world, ctx);
    const names = read.texts("AutoScalingGroupNames");
    const all = names
      ? names.map((name) => groups.get(name)).filter((group): group is Group => group !== undefined)
      : [...groups.values()];
    const page = pageOf(read, all, 50, 100);
    return { AutoScalingGroups: page.items.map(renderGroup), NextToken: page.next };
  },
};

/**
 * At most 50 ids in a call; ids outside groups are left out:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingInstances.html
 */
export const describeAutoScalingInstances: Operation<World> = {
  service: "autoscaling",
  name: "DescribeAutoScalingInstances",
  mutating: false,
  input: { MaxRecords: integer },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const region = regionOf(world, ctx.account, ctx.region);
    const ids = read.texts("InstanceIds");
    if (ids && ids.length > 50) {
      throw validationError("The number of instance ids that are passed in must not be more than 50.");
    }
    const all: Member[] = ids
      ? ids.map((id) => region.instances.get(id)?.member ?? null).filter((member) => member !== null)
      : [...region.groups.values()].flatMap((group) => [...group.members.values()]);
    const page = pageOf(read, all, 50, 50);
    return {
      AutoScalingInstances: page.items.map((member) => ({
        ...renderMember(member),
        HealthStatus: member.health.toUpperCase(),
        AutoScalingGroupName: member.group.name,
      })),
      NextToken: page.next,
    };
  },
};

/**
 * All hooks of one group, without pages:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLifecycleHooks.html
 */
export const describeLifecycleHooks: Operation<World> = {
  service: "autoscaling",
  name: "DescribeLifecycleHooks",
  mutating: false,
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const group = needGroup(world, ctx, read.needText("AutoScalingGroupName"));
    const names = read.texts("LifecycleHookNames");
    const hooks = [...group.hooks.values()].filter((hook) => names === undefined || names.includes(hook.name));
    return { LifecycleHooks: hooks.map((hook) => renderHook(group, hook)) };
  },
};

/** Newest first: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeInstanceRefreshes.html */
export const describeInstanceRefreshes: Operation<World> = {
  service: "autoscaling",
  name: "DescribeInstanceRefreshes",
  mutating: false,
  input: { MaxRecords: integer },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const group = needGroup(world, ctx, read.needText("AutoScalingGroupName"));
    const ids = read.texts("InstanceRefreshIds");
    const all = group.refreshes.filter((refresh) => ids === undefined || ids.includes(refresh.id)).toReversed();
    const page = pageOf(read, all, 50, 100);
    return {
      InstanceRefreshes: page.items.map((refresh) => ({
        InstanceRefreshId: refresh.id,
        AutoScalingGroupName: group.name,
        Status: refresh.status,
        StartTime: new Date(refresh.startTime),
        ...(refresh.endTime === null ? {} : { EndTime: new Date(refresh.endTime) }),
        PercentageComplete: refresh.status === "Successful" ? 100 : 0,
      })),
      NextToken: page.next,
    };
  },
};

type Passes = (activity: Activity) => boolean;

/** Parses the filters. An activity must pass all of them, by one value of each; a bound itself passes. */
const filtersOf = (read: Reader): readonly Passes[] =>
  read.objects("Filters").map((filter): Passes => {
    const given = reader(filter, validationError);
    const name = given.needText("Name");
    const values = given.texts("Values") ?? [];
    const times = values.map((value) => Date.parse(value));
    const isTime = name === "StartTimeLowerBound" || name === "StartTimeUpperBound";
    if (isTime && times.some(Number.isNaN))
      throw validationError(`The value of the filter ${name} is not a timestamp.`);
    if (name === "StartTimeLowerBound") return ({ startTime }) => times.some((time) => startTime >= time);
    if (name === "StartTimeUpperBound") return ({ startTime }) => times.some((time) => startTime <= time);
    if (name !== "Status") throw validationError(`Filter name ${name} is not valid.`);
    if (read.text("AutoScalingGroupName") === undefined)
      throw validationError("The filter Status must be used with AutoScalingGroupName.");
    return ({ status }) => values.includes(status);
  });

/**
 * Newest first; pages of 100; filters:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html
 */
export const describeScalingActivities: Operation<World> = {
  service: "autoscaling",
  name: "DescribeScalingActivities",
  mutating: false,
  input: { MaxRecords: integer, Filters: list(structure({ Values: list(string) })) },
  run: (world, input, ctx) => {
    const read = reader(input, validationError);
    const name = read.text("AutoScalingGroupName");
    const ids = read.texts("ActivityIds");
    const filters = filtersOf(read);
    const groups = name === undefined ? [...groupsOf(world, ctx).values()] : [needGroup(world, ctx, name)];
    const all = groups
      .flatMap((group) => group.activities.map((activity) => ({ group, activity })))
      .filter(({ activity }) => ids === undefined || ids.includes(activity.id))
      .filter(({ activity }) => filters.every((passes) => passes(activity)))
      .toSorted((one, other) => other.activity.startTime - one.activity.startTime);
    const page = pageOf(read, all, 100, 100);
    return {
      Activities: page.items.map(({ group, activity }) => renderActivity(group, activity)),
      NextToken: page.next,
    };
  },
};
