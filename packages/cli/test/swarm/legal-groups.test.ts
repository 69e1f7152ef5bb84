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
test("managed termination protection needs protection from scale-in, and managed scaling", () => {
  const managed = groups.filter(({ managedProtection }) => managedProtection);
  expect(managed.length).toBeGreaterThan(0);
  for (const { protectNew, managedScaling } of managed) expect([protectNew, managedScaling]).toEqual([true, true]);
});

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers-create-auto-scaling-group.html */
test("managed scaling is of a cluster, and of a group without weights", () => {
  const managed = groups.filter(({ managedScaling }) => managedScaling);
  expect(managed.length).toBeGreaterThan(0);
  for (const { cluster, weighted } of managed) expect([cluster === null, weighted]).toEqual([false, false]);
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
      ...[...world.groups, ...world.managed].map(({ name, desired }) => [name, desired] as const),
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

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html */
test("what a group launches when the worker starts is within its maximum", () => {
  const launching = groups.filter((group) => group.launching);
  expect(launching.length).toBeGreaterThan(0);
  for (const { room } of launching) expect(room).toBeGreaterThan(0);
});

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-capacity-rebalancing.html */
test("only a group with Capacity Rebalancing, and with Spot Instances, replaces one from the beginning", () => {
  const rebalancing = groups.filter((group) => group.rebalancing);
  expect(rebalancing.length).toBeGreaterThan(0);
  for (const group of rebalancing) expect(group).toMatchObject({ capacityRebalance: true, warmPool: null });
});

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-lifecycle-policy.html */
test("only a terminating hook of somebody else holds from the beginning, and is abandoned", () => {
  const held = groups.filter((group) => group.held || group.retains || group.retained);
  expect(held.length).toBeGreaterThan(0);
  for (const { hook } of held) expect(["somebody else's", "ours and somebody else's"]).toContain(hook);
  for (const { retained, retains } of groups) if (retained) expect(retains).toBe(true);
});

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html */
test("a group with a warm pool has no Spot Instances, and takes none back where it is of ECS", () => {
  const warm = groups.filter(({ warmPool }) => warmPool !== null);
  expect(warm.length).toBeGreaterThan(0);
  for (const group of warm) {
    expect(group).toMatchObject({ mixed: false, attached: 0, retained: false });
    if (group.cluster !== null) expect(group.warmPool?.reuseOnScaleIn).toBe(false);
  }
});

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html */
test("only a target group with a load balancer has a zone that this is not enabled for", () => {
  const off = worlds.flatMap(({ targetGroups }) => targetGroups).filter(({ zoneOff }) => zoneOff !== null);
  expect(off.length).toBeGreaterThan(0);
  for (const { balancer } of off) expect(balancer).not.toBeNull();
});
