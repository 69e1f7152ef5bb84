import { expect, test } from "vitest";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";

const worlds = Array.from({ length: 1_000 }, (_, seed) => generateWorld(seed + 1));
const groups = worlds.flatMap((world) => world.groups);

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html */
test("only a mixed instances policy has weights, an On-Demand base and an On-Demand percentage", () => {
  const alone = groups.filter(({ mixed }) => !mixed);
  expect(alone.length).toBeGreaterThan(0);
  for (const group of alone) expect(group).toMatchObject({ weighted: false, onDemandBase: 0, onDemandPercent: 0 });
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html */
test("managed termination protection needs protection from scale-in, and a cluster", () => {
  const managed = groups.filter(({ managedProtection }) => managedProtection);
  expect(managed.length).toBeGreaterThan(0);
  for (const { protectNew, cluster } of managed) expect([protectNew, cluster === null]).toEqual([true, false]);
});

/** AttachInstances fails above the maximum: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachInstances.html */
test("what is attached to a group is a part of its desired capacity", () => {
  for (const { attached, desired } of groups) expect(attached).toBeLessThanOrEqual(desired);
});

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SuspendProcesses.html */
test("a process is suspended once", () => {
  for (const { suspended } of groups) expect(new Set(suspended).size).toBe(suspended.length);
});

test("what happens, happens to an instance that there is", () => {
  for (const world of worlds) {
    const sizes = new Map<string, number>([
      ...world.groups.map(({ name, desired }) => [name, desired] as const),
      ...world.alone.map(({ name }) => [name, 1] as const),
    ]);
    for (const { group, nth } of [...world.events, ...world.byHand]) expect(nth).toBeLessThan(sizes.get(group) ?? 0);
  }
});

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceMaintenancePolicy.html */
test("a maintenance policy lies within its bounds", () => {
  for (const { maintenance } of groups) {
    if (maintenance === null) continue;
    const { min, max } = maintenance;
    expect(min).toBeGreaterThanOrEqual(0);
    expect(min).toBeLessThanOrEqual(100);
    expect(max).toBeGreaterThanOrEqual(100);
    expect(max - min).toBeLessThanOrEqual(100);
  }
});

test("a place has one zonal shift at most", () => {
  for (const { shifts } of worlds) expect(new Set(shifts.map(({ place }) => place)).size).toBe(shifts.length);
});
