import {
  attachGroup,
  createClassicLoadBalancer,
  createCluster,
  createDiscoveryService,
  createGroup,
  createLatticeTargetGroup,
  createService,
  createTargetGroup,
  defineTask,
  interrupt,
  type FaultEffect,
  type Region,
  spotkeeperRules,
  type World,
} from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { toldOf } from "./assess.ts";
import { type Box, openBox, QUEUE } from "./box.ts";
import { groupOf } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** A group `web` of two behind one balancer of each kind, and a service with Cloud Map and a target group of its own. */
function fleet(world: World, region: Region): void {
  region.rules.push(...spotkeeperRules(QUEUE));
  const group = createGroup(world, region, {
    name: "web",
    desired: 2,
    types: ["m5.large"],
    targetGroups: [
      createTargetGroup(world, region, { name: "web", port: 80, loadBalancer: "shop", deregistrationDelay: 10 }),
    ],
    classicLoadBalancers: [createClassicLoadBalancer(region, { name: "old", draining: 10 })],
    latticeTargetGroups: [createLatticeTargetGroup(world, region, { name: "web", port: 8080 })],
  });
  const cluster = createCluster(region, "shop");
  attachGroup(world, cluster, group);
  createService(world, cluster, {
    name: "api",
    definition: defineTask(region, { family: "api", cpu: 256, memory: 256 }),
    desired: 2,
    minimumHealthyPercent: 0,
    targetGroup: createTargetGroup(world, region, {
      name: "api",
      targetType: "ip",
      port: 8080,
      loadBalancer: "shop",
      deregistrationDelay: 10,
    }),
    traffic: { discovery: createDiscoveryService(world, region, "api") },
  });
}

/** What no worker can be asked of for so long, from the warning on. */
async function warned(operation: string, effect: FaultEffect, lasts: number): Promise<string> {
  box = await openBox({ build: fleet });
  const [id] = [...groupOf(box.region).members.keys()] as [string];
  box.simulator.faults.add({ match: { operation }, effect });
  interrupt(box.world, id);
  await box.run(lasts);
  box.simulator.faults.clear();
  await box.run(1_500);
  return id;
}
const lost = (id: string): readonly string[] => box.world.oracle.factsOf(id)?.targetsLost ?? [];
const outcomeOf = (id: string): ReturnType<typeof toldOf>[number] | undefined => toldOf(box, id).at(-1);

test.each(["DescribeAutoScalingInstances", "DescribeAutoScalingGroups"])(
  "%s is throttled for 90 s: what is found then is still taken off in time",
  async (operation) => {
    const id = await warned(operation, { kind: "throttle" }, 90);
    expect(lost(id)).toEqual([]);
    expect((await box.incident(id)).outcome).toBe("drained");
  },
);

describe("to the end it could not be asked", () => {
  test.each([
    ["DescribeAutoScalingInstances", /group: /],
    ["DescribeAutoScalingGroups", /group: web: /],
    ["ListClusters", /cluster: /],
  ])("%s: it is not told as drained, and what was not learnt is said", async (operation, said) => {
    const id = await warned(operation, { kind: "throttle" }, 400);
    expect((await box.incident(id)).outcome).toBe("deadline-passed");
    const told = outcomeOf(id);
    expect(told?.phase).toBe("outcome");
    expect(told?.missing.join("\n")).toMatch(said);
    expect(told?.stakes).not.toContain("nothing was lost");
  });
});

/** Each question that leads to a place where requests come from, or says what is there; and each call that takes off. */
const CALLS = [
  "DescribeInstances",
  "DescribeAutoScalingInstances",
  "DescribeAutoScalingGroups",
  "ListContainerInstances",
  "ListTasks",
  "DescribeTasks",
  "DescribeServices",
  "DescribeTargetGroups",
  "DescribeTargetHealth",
  "DescribeLoadBalancers",
  "ListTargets",
  "ListInstances",
  "DeregisterTargets",
  "DeregisterInstancesFromLoadBalancer",
  "DeregisterInstance",
  "UpdateContainerInstancesState",
];

describe.each(["throttle", "denied"] as const)("%s to the end", (kind) => {
  test.each(CALLS)("%s: drained is told only of what was", async (operation) => {
    const id = await warned(operation, { kind }, 400);
    const told = outcomeOf(id);
    expect(told?.phase).toBe("outcome");
    const left = box.world.oracle.factsOf(id);
    const isEmpty = [left?.targetsLost, left?.tasksKilled, left?.tasksCut].every((one) => one?.length === 0);
    const isLearnt = told?.missing.length === 0 && told.ask.length === 0;
    if (!isEmpty) expect((await box.incident(id)).outcome).toBe("deadline-passed");
    if (told?.stakes.includes("nothing was lost")) expect([isEmpty, isLearnt]).toEqual([true, true]);
  });
});
