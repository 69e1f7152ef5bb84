import { createGroup, createTargetGroup, deleteGroup, launchInstance, startRefresh } from "../../src/fleet/index.ts";
import { expect, test } from "vitest";
import { createBench } from "./support.ts";
import { spotkeeperRules } from "../../src/scenario/rules.ts";

test("a group without a mixed instances policy has a launch template alone", async () => {
  const bench = createBench();
  createGroup(bench.world, bench.region, { name: "web", desired: 1, types: ["m5.large"], mixed: false });
  const { AutoScalingGroups } = await bench.call("DescribeAutoScalingGroups");
  expect(AutoScalingGroups).toMatchObject([{ LaunchTemplate: { LaunchTemplateName: "web" } }]);
  expect(AutoScalingGroups).not.toMatchObject([{ MixedInstancesPolicy: {} }]);
});

test("what was attached as a traffic source stands among the traffic sources only", async () => {
  const bench = createBench();
  const targets = createTargetGroup(bench.world, bench.region, { name: "front" });
  const spec = { desired: 1, types: ["m5.large"], targetGroups: [targets] };
  createGroup(bench.world, bench.region, { ...spec, name: "old" });
  createGroup(bench.world, bench.region, { ...spec, name: "new", asTrafficSources: true });
  const source = [{ Identifier: targets.arn, Type: "elbv2" }];
  expect((await bench.call("DescribeAutoScalingGroups"))["AutoScalingGroups"]).toMatchObject([
    { TargetGroupARNs: [targets.arn], TrafficSources: source },
    { TargetGroupARNs: [], TrafficSources: source },
  ]);
  expect(targets.targets.size).toBe(2);
});

test("an instance that was attached counts as capacity, and is in the balancers of the group", () => {
  const bench = createBench();
  const [zone] = bench.region.zones;
  if (zone === undefined) throw new Error("no zone");
  const attached = launchInstance(bench.world, bench.region, {
    zone,
    type: "c5.large",
    purchase: "spot",
    running: true,
  });
  const targets = createTargetGroup(bench.world, bench.region, { name: "front" });
  const group = createGroup(bench.world, bench.region, {
    name: "web",
    desired: 2,
    types: ["m5.large"],
    targetGroups: [targets],
    attached: [attached],
  });
  expect([...group.members.values()].map(({ instance: { type }, state }) => [type, state])).toEqual([
    ["c5.large", "InService"],
    ["m5.large", "InService"],
  ]);
  expect([...targets.targets.values()].map(({ id, state }) => [id, state])).toContainEqual([attached.id, "healthy"]);
  expect(group).toMatchObject({ desired: 2, baseline: 2 });
});

test("a rule can pass the detail of a hook's message alone", async () => {
  const bench = createBench();
  const hook = { name: "graceful-shutdown-hook", transition: "autoscaling:EC2_INSTANCE_TERMINATING" } as const;
  const group = createGroup(bench.world, bench.region, {
    name: "web",
    desired: 1,
    types: ["m5.large"],
    hooks: [hook],
  });
  const [id = ""] = group.members.keys();
  bench.region.rules.push(...spotkeeperRules("arn:aws:sqs:eu-west-1:1:bare", true));
  await bench.call("TerminateInstanceInAutoScalingGroup", {
    InstanceId: id,
    ShouldDecrementDesiredCapacity: true,
  });
  await bench.after(10_000);
  const bare = bench.bodies.filter(({ queue }) => queue.endsWith(":bare")).map(({ body }) => body);
  expect(bare).toHaveLength(1);
  expect(bare[0]).toMatchObject({ EC2InstanceId: id, LifecycleTransition: hook.transition });
  expect(bare[0]).not.toHaveProperty("detail-type");
  expect(bare[0]).not.toHaveProperty("Service");
});

test("a group that is deleted takes its instances along, waits for no hook, and launches no more", async () => {
  const bench = createBench();
  const hook = { name: "graceful-shutdown-hook", transition: "autoscaling:EC2_INSTANCE_TERMINATING" } as const;
  const group = createGroup(bench.world, bench.region, { name: "web", desired: 2, types: ["m5.large"], hooks: [hook] });
  const [first = ""] = group.members.keys();
  await bench.call("TerminateInstanceInAutoScalingGroup", { InstanceId: first, ShouldDecrementDesiredCapacity: false });
  await bench.after(10_000);
  deleteGroup(bench.world, group);
  await bench.after(300_000);
  expect(await bench.call("DescribeAutoScalingGroups")).toMatchObject({ AutoScalingGroups: [] });
  expect(await bench.call("DescribeAutoScalingInstances")).toMatchObject({ AutoScalingInstances: [] });
  expect([...bench.region.instances.values()].filter(({ state }) => state !== "terminated")).toEqual([]);
  expect(bench.world.oracle.leftovers().openActions).toEqual([]);
});

test("an instance refresh exchanges every instance, one at a time, and ends", async () => {
  const bench = createBench();
  const group = createGroup(bench.world, bench.region, { name: "web", desired: 2, types: ["m5.large"] });
  const old = [...group.members.keys()];
  const refresh = startRefresh(bench.world, group);
  await bench.after(20_000);
  expect(old.filter((id) => group.members.get(id)?.state === "InService")).toHaveLength(1);
  expect(await bench.call("DescribeInstanceRefreshes", { AutoScalingGroupName: "web" })).toMatchObject({
    InstanceRefreshes: [{ Status: "InProgress" }],
  });
  await bench.after(600_000);
  expect(refresh.status).toBe("Successful");
  expect(old.some((id) => group.members.has(id))).toBe(false);
  expect(group.members.size).toBe(2);
});

test("a refresh whose group cannot launch waits, and is cancelled at last", async () => {
  const bench = createBench();
  const group = createGroup(bench.world, bench.region, {
    name: "web",
    desired: 1,
    types: ["m5.large"],
    suspended: ["Launch"],
  });
  const refresh = startRefresh(bench.world, group);
  await bench.after(1_900_000);
  expect(refresh.status).toBe("Cancelled");
  expect([...group.members.values()].map(({ state }) => state)).toEqual(["InService"]);
});

test("what a group has retained runs, and is no capacity", async () => {
  const bench = createBench();
  const group = createGroup(bench.world, bench.region, { name: "web", desired: 1, types: ["m5.large"], retained: 1 });
  const states = [...group.members.values()].map(({ state }) => state);
  expect(states).toEqual(["Terminating:Retained", "InService"]);
  await bench.after(600_000);
  expect([...group.members.values()].map(({ state }) => state)).toEqual(states);
});

test("a target in a zone that the load balancer is not enabled for is not in use", async () => {
  const bench = createBench();
  const [off] = bench.region.zones;
  const targets = createTargetGroup(bench.world, bench.region, {
    name: "front",
    loadBalancer: "web",
    zonesOff: [off?.name ?? ""],
  });
  createGroup(bench.world, bench.region, { name: "web", desired: 2, types: ["m5.large"], targetGroups: [targets] });
  const { TargetHealthDescriptions } = await bench.call("DescribeTargetHealth", { TargetGroupArn: targets.arn });
  expect(TargetHealthDescriptions).toMatchObject([
    { Target: { AvailabilityZone: off?.name }, TargetHealth: { State: "unused", Reason: "Target.NotInUse" } },
    { TargetHealth: { State: "healthy" } },
  ]);
});
