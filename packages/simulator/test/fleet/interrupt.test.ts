import { createBench, startAt } from "./support.ts";
import { createGroup, interrupt, startInstance } from "../../src/fleet/index.ts";
import { expect, test } from "vitest";
import type { Instance } from "../../src/fleet/state.ts";

const prepare = (): { bench: ReturnType<typeof createBench>; instance: Instance } => {
  const bench = createBench();
  createGroup(bench.world, bench.region, { name: "web", desired: 1, types: ["m5.large"] });
  const [instance] = [...bench.region.instances.values()];
  if (!instance) throw new Error("the group is empty");
  return { bench, instance };
};

test("a warning comes at once in AWS's shape, and the instance goes 120 s later", async () => {
  const { bench, instance } = prepare();
  interrupt(bench.world, instance.id);
  await bench.after(119_999);
  expect(instance.state).toBe("running");
  expect(bench.events("EC2 Spot Instance Interruption Warning")).toMatchObject([
    {
      version: "0",
      source: "aws.ec2",
      account: "111122223333",
      region: "eu-west-1",
      time: "2026-01-01T00:00:00Z",
      resources: [`arn:aws:ec2:eu-west-1a:instance/${instance.id}`],
      detail: { "instance-id": instance.id, "instance-action": "terminate" },
    },
  ]);
  await bench.after(1);
  expect(instance.state).toBe("shutting-down");
  expect(instance.stateReason?.code).toBe("Server.SpotInstanceTermination");
  await bench.after(60_000);
  expect(instance.state).toBe("terminated");
  expect(bench.events("EC2 Instance State-change Notification").map(({ detail }) => detail)).toMatchObject(
    expect.arrayContaining([{ "instance-id": instance.id, state: "terminated" }]),
  );
});

test("a recommendation leads the warning by the time asked for", async () => {
  const { bench, instance } = prepare();
  interrupt(bench.world, instance.id, { rebalanceLead: 600_000 });
  await bench.after(599_000);
  expect(bench.events("EC2 Instance Rebalance Recommendation")).toHaveLength(1);
  expect(bench.events("EC2 Spot Instance Interruption Warning")).toHaveLength(0);
  await bench.after(2_000);
  expect(bench.events("EC2 Spot Instance Interruption Warning")).toHaveLength(1);
  expect(instance.notice?.reclaimAt).toBe(startAt + 720_000);
});

test("a warning that comes before the announced one is the only one", async () => {
  const { bench, instance } = prepare();
  interrupt(bench.world, instance.id, { rebalanceLead: 60_000 });
  await bench.after(10_000);
  interrupt(bench.world, instance.id);
  await bench.after(100_000);
  expect(bench.events("EC2 Spot Instance Interruption Warning")).toHaveLength(1);
  expect(instance.notice?.reclaimAt).toBe(startAt + 130_000);
});

test("a cancelled notice leaves the instance alone, a missed one gives no warning", async () => {
  const cancelled = prepare();
  interrupt(cancelled.bench.world, cancelled.instance.id, { survives: true });
  await cancelled.bench.after(600_000);
  expect(cancelled.instance.state).toBe("running");

  const missed = prepare();
  interrupt(missed.bench.world, missed.instance.id, { missed: true });
  await missed.bench.after(5_000);
  expect(missed.instance.state).toBe("shutting-down");
  expect(missed.bench.events("EC2 Spot Instance Interruption Warning")).toHaveLength(0);
});

test("an instance that was stopped, started and stopped again is interrupted twice", async () => {
  const { bench, instance } = prepare();
  bench.region.groups.clear();
  instance.member = null;
  interrupt(bench.world, instance.id, { action: "stop" });
  await bench.after(200_000);
  expect(instance.state).toBe("stopped");
  expect(instance.stateReason?.code).toBe("Server.SpotInstanceShutdown");
  startInstance(bench.world, instance);
  await bench.after(60_000);
  expect(instance.state).toBe("running");
  interrupt(bench.world, instance.id, { action: "stop" });
  await bench.after(119_000);
  expect(instance.state).toBe("running");
  await bench.after(60_000);
  expect(instance.state).toBe("stopped");
  expect(bench.events("EC2 Spot Instance Interruption Warning")).toHaveLength(2);
});

test("duplicates are the same event, and late delivery keeps the time it was made", async () => {
  const { bench, instance } = prepare();
  interrupt(bench.world, instance.id, { survives: true, duplicates: 2, late: 30_000 });
  await bench.after(29_000);
  expect(bench.bodies).toHaveLength(0);
  await bench.after(3_000);
  const warnings = bench.events("EC2 Spot Instance Interruption Warning");
  expect(warnings).toHaveLength(3);
  expect(new Set(warnings.map(({ id }) => id)).size).toBe(1);
  expect(warnings[0]?.["time"]).toBe("2026-01-01T00:00:00Z");
});

test("On-Demand instances are not interrupted", () => {
  const bench = createBench();
  createGroup(bench.world, bench.region, { name: "core", desired: 1, types: ["m5.large"], onDemandBase: 1 });
  const [id = ""] = bench.region.instances.keys();
  expect(() => interrupt(bench.world, id)).toThrow("On-Demand");
});
