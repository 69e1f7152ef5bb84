import {
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLifecycleHooksCommand,
  DescribeScalingActivitiesCommand,
} from "@aws-sdk/client-auto-scaling";
import type { Ms } from "../../clock.ts";
import type {
  AutoScalingCalls,
  AutoScalingGroup,
  GroupMembership,
  LifecycleHook,
  ScalingActivity,
} from "../calls/auto-scaling.ts";
import { limits } from "../limits.ts";
import type { Operation } from "../operation.ts";
import { activityOf, groupOf, hookOf, membershipOf, REFRESHING } from "./auto-scaling-shapes.ts";
import { createAutoScalingWrites } from "./auto-scaling-writes.ts";
import { allPages, askForEach, listing, type ServiceDeps, single } from "./service.ts";

/** 100 with `MaxRecords`: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html */
const GROUPS = 100;
/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingInstances.html */
const INSTANCES = 50;
/**
 * Page size of refreshes and activities:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html
 */
const PAGE = 100;

const of = { service: "autoscaling", limit: limits.autoScaling };

export function createAutoScaling(deps: ServiceDeps): AutoScalingCalls {
  const { lanes, clients } = deps;

  const describeGroups: Operation<string, AutoScalingGroup | undefined> = {
    ...of,
    name: "DescribeAutoScalingGroups",
    size: GROUPS,
    share: "in-flight",
    keyOf: (name) => name,
    async send({ at, items, request }) {
      const found = new Map<string, AutoScalingGroup>();
      await allPages(async (token) => {
        const command = new DescribeAutoScalingGroupsCommand({
          AutoScalingGroupNames: [...items],
          MaxRecords: GROUPS,
          NextToken: token,
        });
        const page = await request((abortSignal) => clients.autoScaling(at).send(command, { abortSignal }));
        for (const group of page.AutoScalingGroups ?? []) found.set(group.AutoScalingGroupName ?? "", groupOf(group));
        return page.NextToken;
      });
      return (name) => found.get(name);
    },
  };

  const listGroups = listing({ ...of, name: "DescribeAutoScalingGroups" }, async (_all, token, at, abortSignal) => {
    const command = new DescribeAutoScalingGroupsCommand({ MaxRecords: GROUPS, NextToken: token });
    const page = await clients.autoScaling(at).send(command, { abortSignal });
    return { found: (page.AutoScalingGroups ?? []).map(groupOf), next: page.NextToken };
  });

  const memberships: Operation<string, GroupMembership | undefined> = {
    ...of,
    name: "DescribeAutoScalingInstances",
    size: INSTANCES,
    share: "in-flight",
    keyOf: (id) => id,
    async send({ at, items, request }) {
      const found = new Map<string, GroupMembership>();
      await allPages(async (token) => {
        const command = new DescribeAutoScalingInstancesCommand({
          InstanceIds: [...items],
          MaxRecords: INSTANCES,
          NextToken: token,
        });
        const page = await request((abortSignal) => clients.autoScaling(at).send(command, { abortSignal }));
        for (const one of page.AutoScalingInstances ?? []) found.set(one.InstanceId ?? "", membershipOf(one));
        return page.NextToken;
      });
      return (id) => found.get(id);
    },
  };

  const describeHooks = single<string, readonly LifecycleHook[]>(
    { ...of, name: "DescribeLifecycleHooks", share: "in-flight" },
    async (group, at, abortSignal) => {
      const command = new DescribeLifecycleHooksCommand({ AutoScalingGroupName: group });
      const answer = await clients.autoScaling(at).send(command, { abortSignal });
      return (answer.LifecycleHooks ?? []).flatMap((hook) => hookOf(group, hook));
    },
  );

  const refreshes = listing({ ...of, name: "DescribeInstanceRefreshes" }, async (group, token, at, abortSignal) => {
    const command = new DescribeInstanceRefreshesCommand({
      AutoScalingGroupName: group,
      MaxRecords: PAGE,
      NextToken: token,
    });
    const page = await clients.autoScaling(at).send(command, { abortSignal });
    return { found: page.InstanceRefreshes ?? [], next: page.NextToken };
  });

  /**
   * Activities from `since` (the item) on; the line's group is the Auto Scaling group. AWS omits earlier ones. An
   * emulator may ignore the filter: then reading ends at the first older activity, since pages are newest first.
   */
  const activities: Operation<number, readonly ScalingActivity[]> = {
    ...of,
    name: "DescribeScalingActivities",
    size: 1,
    share: "in-flight",
    keyOf: String,
    async send({ at, group, items: [since = 0], request }) {
      const all: ScalingActivity[] = [];
      await allPages(async (token) => {
        const command = new DescribeScalingActivitiesCommand({
          AutoScalingGroupName: group,
          Filters: [{ Name: "StartTimeLowerBound", Values: [secondOf(since)] }],
          MaxRecords: PAGE,
          NextToken: token,
        });
        const page = await request((abortSignal) => clients.autoScaling(at).send(command, { abortSignal }));
        const found = (page.Activities ?? []).map(activityOf);
        all.push(...found.filter(({ startedAt }) => startedAt >= since));
        return found.some(({ startedAt }) => startedAt < since) ? undefined : page.NextToken;
      });
      return () => all;
    },
  };

  return {
    describeGroups: (at, names, ask) => askForEach(deps, at, describeGroups, "named", names, ask),
    listGroups: (at, ask) => lanes.ask(at, listGroups, "all", "all", ask),
    memberships: (at, ids, ask) => askForEach(deps, at, memberships, "", ids, ask),
    describeHooks: (at, group, ask) => lanes.ask(at, describeHooks, "", group, ask),
    async refreshing(at, group, ask) {
      const all = await lanes.ask(at, refreshes, "", group, ask);
      return all.some(({ Status }) => REFRESHING.has(Status ?? ""));
    },
    activities: (at, group, since, ask) => lanes.ask(at, activities, group, since, ask),
    ...createAutoScalingWrites(deps),
  };
}

/** Formats a time in whole seconds, as in AWS's examples of filters. */
const secondOf = (at: Ms): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
