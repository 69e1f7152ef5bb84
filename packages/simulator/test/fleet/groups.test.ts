import { createGroup, createTargetGroup, interrupt } from "../../src/fleet/index.ts";
import { expect, test } from "vitest";
import type { Bench } from "./support.ts";
import type { Group } from "../../src/fleet/groups/group-state.ts";
import type { GroupSpec } from "../../src/fleet/groups/group-create.ts";
import { createBench } from "./support.ts";
import { registerTarget } from "../../src/fleet/targets/targets.ts";

const hook = {
  name: "graceful-shutdown-hook",
  transition: "autoscaling:EC2_INSTANCE_TERMINATING",
  heartbeatTimeout: 300,
  defaultResult: "CONTINUE",
} as const;

const prepare = (spec: Partial<GroupSpec> = {}): { bench: Bench; group: Group; ids: string[] } => {
  const bench = createBench();
  const group = createGroup(bench.world, bench.region, {
    name: "web",
    desired: 3,
    max: 6,
    types: ["m5.large"],
    ...spec,
  });
  return { bench, group, ids: [...group.members.keys()] };
};

const inService = (group: Group): string[] =>
  [...group.members.values()].filter(({ state }) => state === "InService").map(({ instance }) => instance.id);

test("a reclaim fires the terminating hook, does not wait for it, and is replaced", async () => {
  const { bench, group, ids } = prepare({ hooks: [hook] });
  const [id = ""] = ids;
  interrupt(bench.world, id);
  await bench.after(240_000);
  expect(bench.region.instances.get(id)?.state).toBe("terminated");
  expect(group.members.get(id)?.state).toBe("Terminating:Wait");
  expect(bench.events("EC2 Instance-terminate Lifecycle Action")).toHaveLength(1);
  expect(inService(group)).toHaveLength(3);
  const input = { AutoScalingGroupName: "web", LifecycleHookName: hook.name, InstanceId: id };
  await bench.call("CompleteLifecycleAction", { ...input, LifecycleActionResult: "CONTINUE" });
  expect(group.members.has(id)).toBe(false);
  expect(await bench.failure("CompleteLifecycleAction", { ...input, LifecycleActionResult: "CONTINUE" })).toBe(
    "ValidationError",
  );
  expect(bench.world.oracle.duplicates()).toEqual([]);
});

test("a hook times out by itself, and heartbeats put that off", async () => {
  const { bench, group, ids } = prepare({ hooks: [hook] });
  const [id = ""] = ids;
  await bench.call("TerminateInstanceInAutoScalingGroup", { InstanceId: id, ShouldDecrementDesiredCapacity: false });
  await bench.after(290_000);
  const input = { AutoScalingGroupName: "web", LifecycleHookName: hook.name, InstanceId: id };
  await bench.call("RecordLifecycleActionHeartbeat", input);
  await bench.after(290_000);
  expect(bench.region.instances.get(id)?.state).toBe("running");
  await bench.after(60_000);
  expect(bench.region.instances.get(id)?.state).toBe("terminated");
  expect(group.members.has(id)).toBe(false);
});

test("a hook with a queue of its own sends a test message, and then bare messages", async () => {
  const { bench, ids } = prepare({ hooks: [{ ...hook, notificationTarget: "arn:aws:sqs:eu-west-1:1:own" }] });
  const [id = ""] = ids;
  await bench.after(5_000);
  await bench.call("TerminateInstanceInAutoScalingGroup", { InstanceId: id, ShouldDecrementDesiredCapacity: true });
  await bench.after(10_000);
  const own = bench.bodies.filter(({ queue }) => queue.endsWith(":own")).map(({ body }) => body);
  expect(own[0]).toMatchObject({ Event: "autoscaling:TEST_NOTIFICATION" });
  expect(own[0]).not.toHaveProperty("EC2InstanceId");
  expect(own[1]).toMatchObject({
    EC2InstanceId: id,
    LifecycleTransition: hook.transition,
    Service: "AWS Auto Scaling",
  });
  expect(own[1]).not.toHaveProperty("detail-type");
});

test("Capacity Rebalancing launches first, and ends the doomed one when the new one serves", async () => {
  const bench = createBench();
  const targets = createTargetGroup(bench.world, bench.region, {
    name: "web",
    deregistrationDelay: 10,
    loadBalancer: "lb",
  });
  const group = createGroup(bench.world, bench.region, {
    name: "web",
    desired: 3,
    max: 3,
    types: ["m5.large"],
    capacityRebalance: true,
    targetGroups: [targets],
  });
  const [id = ""] = group.members.keys();
  interrupt(bench.world, id, { rebalanceLead: 600_000 });
  let sawFour = false;
  for (let second = 0; second < 300; second += 10) {
    await bench.after(10_000);
    const healthy = [...targets.targets.values()].filter(({ state }) => state === "healthy").length;
    expect(healthy).toBeGreaterThanOrEqual(3);
    if (group.members.size === 4) sawFour = true;
  }
  expect(sawFour).toBe(true);
  expect(group.members.has(id)).toBe(false);
  expect(inService(group)).toHaveLength(3);
});

test("a recommendation does nothing where Capacity Rebalancing is off", async () => {
  const { bench, group, ids } = prepare();
  interrupt(bench.world, ids[0] ?? "", { rebalanceLead: 600_000 });
  await bench.after(300_000);
  expect(inService(group)).toEqual(ids);
});

test("a pool that has run out makes launches fail, and another pool is taken", async () => {
  const { bench, group, ids } = prepare({ zones: ["eu-west-1a"], types: ["m5.large", "m5a.large"] });
  bench.region.pools.set("eu-west-1a/m5.large/spot", 0);
  bench.region.pools.set("eu-west-1a/m5a.large/spot", 1);
  for (const id of ids.slice(0, 2)) interrupt(bench.world, id);
  await bench.after(300_000);
  expect(inService(group)).toHaveLength(2);
  expect(bench.events("EC2 Instance Launch Unsuccessful").length).toBeGreaterThan(0);
  bench.region.pools.delete("eu-west-1a/m5.large/spot");
  await bench.after(180_000);
  expect(inService(group)).toHaveLength(3);
});

test("detaching launches a replacement and leaves the old one running, owned by nobody", async () => {
  const { bench, group, ids } = prepare();
  const [id = ""] = ids;
  await bench.call("DetachInstances", {
    AutoScalingGroupName: "web",
    InstanceIds: [id],
    ShouldDecrementDesiredCapacity: false,
  });
  await bench.after(120_000);
  expect(inService(group)).toHaveLength(3);
  expect(bench.world.oracle.leftovers().detachedRunning).toEqual([id]);
  await bench.call("TerminateInstances", { InstanceIds: [id] });
  expect(bench.world.oracle.leftovers().detachedRunning).toEqual([]);
});

test("desired capacity keeps to its bounds, and a raise is a leftover until it is lowered", async () => {
  const { bench, group } = prepare({ min: 2 });
  const set = (DesiredCapacity: number) => ({ AutoScalingGroupName: "web", DesiredCapacity });
  expect(await bench.failure("SetDesiredCapacity", set(7))).toBe("ValidationError");
  expect(await bench.failure("SetDesiredCapacity", set(1))).toBe("ValidationError");
  await bench.call("SetDesiredCapacity", set(4));
  await bench.after(120_000);
  expect(inService(group)).toHaveLength(4);
  expect(bench.world.oracle.leftovers().raised).toEqual([{ group: "web", desired: 4, baseline: 3 }]);
  await bench.call("SetDesiredCapacity", set(3));
  await bench.after(120_000);
  expect(inService(group)).toHaveLength(3);
  expect(bench.world.oracle.leftovers().raised).toEqual([]);
});

test("what weights put above desired capacity stays until that is lowered, and what would leave less stays then", async () => {
  const weights = { "m5.large": 2, "m5.2xlarge": 8 };
  const { bench, group } = prepare({ types: ["m5.large"], weights, desired: 6, max: 20 });
  (group.types as string[]).splice(0, 1, "m5.2xlarge");
  await bench.call("SetDesiredCapacity", { AutoScalingGroupName: "web", DesiredCapacity: 7 });
  await bench.after(600_000);
  expect(inService(group)).toHaveLength(4);
  await bench.call("SetDesiredCapacity", { AutoScalingGroupName: "web", DesiredCapacity: 9 });
  await bench.after(600_000);
  expect(inService(group)).toHaveLength(4);
  await bench.call("SetDesiredCapacity", { AutoScalingGroupName: "web", DesiredCapacity: 7 });
  await bench.after(600_000);
  expect(inService(group).map((id) => bench.region.instances.get(id)?.type)).toEqual(["m5.2xlarge"]);
});

test("suspended processes and scale-in protection hold", async () => {
  const { bench, group, ids } = prepare({ min: 1, suspended: ["Launch"], protectNew: true });
  await bench.call("SetDesiredCapacity", { AutoScalingGroupName: "web", DesiredCapacity: 5 });
  await bench.after(120_000);
  expect(group.members.size).toBe(3);
  await bench.call("SetDesiredCapacity", { AutoScalingGroupName: "web", DesiredCapacity: 1 });
  await bench.after(120_000);
  expect(inService(group)).toEqual(ids);
});

test("every hook must answer before an instance goes, unless one abandons", async () => {
  for (const result of ["CONTINUE", "ABANDON"]) {
    const { bench, group, ids } = prepare({ hooks: [hook, { ...hook, name: "second-hook" }] });
    const [id = ""] = ids;
    await bench.call("TerminateInstanceInAutoScalingGroup", { InstanceId: id, ShouldDecrementDesiredCapacity: false });
    const input = { AutoScalingGroupName: "web", LifecycleHookName: hook.name, InstanceId: id };
    await bench.call("CompleteLifecycleAction", { ...input, LifecycleActionResult: result });
    await bench.after(60_000);
    expect(bench.region.instances.get(id)?.state).toBe(result === "CONTINUE" ? "running" : "terminated");
    expect(group.members.get(id)?.state).toBe(result === "CONTINUE" ? "Terminating:Wait" : undefined);
  }
});

test("where a group retains what is abandoned, the instance stays, no capacity any more, until its group is told to end it", async () => {
  const { bench, group, ids } = prepare({ hooks: [hook], retainOnAbandon: true });
  const [id = ""] = ids;
  const end = { InstanceId: id, ShouldDecrementDesiredCapacity: false };
  await bench.call("TerminateInstanceInAutoScalingGroup", end);
  const input = { AutoScalingGroupName: "web", LifecycleHookName: hook.name, InstanceId: id };
  await bench.call("CompleteLifecycleAction", { ...input, LifecycleActionResult: "ABANDON" });
  await bench.after(120_000);
  expect(group.members.get(id)?.state).toBe("Terminating:Retained");
  expect(bench.region.instances.get(id)?.state).toBe("running");
  expect(inService(group)).toHaveLength(group.desired);
  expect(bench.world.oracle.leftovers().detachedRunning).toEqual([id]);
  await bench.call("TerminateInstanceInAutoScalingGroup", end);
  await bench.after(60_000);
  expect(group.members.has(id)).toBe(false);
  expect(bench.region.instances.get(id)?.state).toBe("terminated");
});

test("what is detached leaves the balancers at once, and stays listed for a while; a second call for it is refused for all", async () => {
  const { bench, group, ids } = prepare();
  const targets = createTargetGroup(bench.world, bench.region, { name: "nodes", deregistrationDelay: 0 });
  group.targetGroups.push(targets);
  for (const { instance } of group.members.values())
    registerTarget(bench.world, targets, { id: instance.id, port: 80, instance, healthy: true });
  const detach = (...some: string[]): Promise<unknown> =>
    bench.call("DetachInstances", {
      AutoScalingGroupName: "web",
      InstanceIds: some,
      ShouldDecrementDesiredCapacity: false,
    });
  const [id = "", other = ""] = ids;
  await detach(id);
  expect([...targets.targets.values()].map((one) => one.id)).toEqual(ids.slice(1));
  expect(group.members.get(id)?.state).toBe("Detaching");
  await expect(detach(other, id)).rejects.toThrow(`The instance ${id} is not in InService or Standby.`);
  await bench.after(60_000);
  await expect(detach(other, id)).rejects.toThrow(`The instance ${id} is not part of Auto Scaling group web.`);
  expect(group.members.get(other)?.state).toBe("InService");
});

test("instances that are named come first, with their ids, zones and types; the rest are drawn", () => {
  const named = [{ id: "i-0abc", zone: "eu-west-1c", type: "c5.large" }, { id: "i-0def" }];
  const { group, ids } = prepare({ desired: 4, onDemandBase: 1, named });
  expect(ids.slice(0, 2)).toEqual(["i-0abc", "i-0def"]);
  const { instance } = group.members.get("i-0abc")!;
  expect({ zone: instance.zone.name, type: instance.type, purchase: instance.purchase }).toEqual({
    zone: "eu-west-1c",
    type: "c5.large",
    purchase: "spot",
  });
  expect(ids[3]).toMatch(/^i-[0-9a-f]{17}$/);
});

test("a named instance can be On-Demand, protected, or on standby, where it is no part of desired capacity", () => {
  const { group } = prepare({
    desired: 2,
    onDemandBase: 1,
    named: [
      { id: "i-0abc", purchase: "on-demand", protected: true },
      { id: "i-0def", state: "Standby", tags: { team: "shop" } },
    ],
  });
  expect([...group.members.values()].map(({ state, instance: { purchase } }) => [state, purchase])).toEqual([
    ["InService", "on-demand"],
    ["Standby", "spot"],
    ["InService", "spot"],
  ]);
  expect(group).toMatchObject({ desired: 2, baseline: 2 });
  expect(group.members.get("i-0abc")?.protectedFromScaleIn).toBe(true);
  expect(group.members.get("i-0def")?.instance.tags.get("team")).toBe("shop");
});
