import { expect, test } from "vitest";
import type { Place } from "../../src/aws/ask.ts";
import { factsOf } from "../../src/enrich/facts-of.ts";
import { createLookUp } from "../../src/enrich/look-up/look-up.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { createSweeper, type SweeperOptions } from "../../src/inventory/sweep/sweeper.ts";
import { testClock } from "../enrich/support/clock.ts";
import { fakeAws } from "../enrich/support/fake-aws.ts";
import {
  bigCluster,
  clusterArn,
  definitionArn,
  emptyFleet,
  type Fleet,
  group,
  hook,
  instance,
  instanceId,
  member,
  place,
  service,
  targetGroupArn,
} from "../enrich/support/fleet.ts";

const MINUTE = 60_000;

function bench(fleet: Fleet, options: Partial<SweeperOptions> = {}) {
  const clock = testClock();
  const fake = fakeAws(fleet, clock, 20);
  const inventory = createMemoryInventory();
  const stop = new AbortController();
  const sweeper = createSweeper({
    aws: fake.aws,
    inventory,
    clock,
    random: () => 0.5,
    lease: () => Promise.resolve(true),
    places: [place],
    callsPerMinute: 60,
    often: 10 * MINUTE,
    keep: 24 * 60 * MINUTE,
    ...options,
  });
  const lookUp = createLookUp({
    aws: fake.aws,
    inventory,
    clock,
    overrides: defaultOverrides,
    gather: 0,
  });
  const facts = (id: string, at: Place = place) =>
    factsOf(inventory, { type: "instance", id }, at, new Set([id]), defaultOverrides, clock.now());
  return { clock, fake, inventory, stop, lookUp, facts, running: sweeper.run(stop.signal) };
}

test("after a sweep everything is known, and the look-up before the first action asks nothing", async () => {
  const at = bench(bigCluster());
  await at.clock.pass(5 * MINUTE);
  const id = instanceId(7);
  expect(at.fake.requests("enrich") + at.fake.requests("poll")).toBe(0);
  const facts = at.facts(id);
  expect(facts).toMatchObject({ complete: true, missing: [] });
  expect(facts.tasks.every((one) => one.stopTimeout === 60_000)).toBe(true);
  expect(facts.targets.every((one) => one.attributes !== null && one.healthyElsewhere !== null)).toBe(true);
  await at.clock.settle(at.lookUp({ type: "instance", id }, place, at.clock.now() + MINUTE, "act"));
  expect(at.fake.requests("enrich")).toBe(0);
  at.stop.abort();
  await at.clock.settle(at.running);
});

test("it keeps to its budget of calls, whatever one read costs", async () => {
  const at = bench(bigCluster(), { callsPerMinute: 12 });
  for (let minutes = 1; minutes <= 20; minutes++) {
    await at.clock.pass(MINUTE);
    // The last read may have been a listing of the cluster's 1,000 tasks.
    expect(at.fake.requests("sweep")).toBeLessThanOrEqual(12 * minutes + 21);
  }
  expect(at.fake.requests("sweep")).toBeGreaterThan(100);
});

test("with nothing due it rests; what changes is seen when its time comes", async () => {
  const fleet = bigCluster("web", 3, 2, 4);
  const at = bench(fleet);
  await at.clock.pass(4 * MINUTE);
  const before = at.fake.requests("sweep");
  await at.clock.pass(4 * MINUTE);
  expect(at.fake.requests("sweep")).toBe(before);
  fleet.groups.set("nodes", group("nodes", { instances: [member(instanceId(1)), member("i-new")] }));
  fleet.groups.set("fresh", group("fresh"));
  fleet.services.delete("web/svc-0");
  await at.clock.pass(10 * MINUTE);
  expect(at.inventory.get("membership", "i-new")?.value?.group).toBe("nodes");
  expect(at.inventory.get("hooks", "111122223333/eu-west-1/fresh")?.value).toEqual([]);
  expect(at.inventory.get("service", service("web", "svc-0").arn)).toBeUndefined();
});

test("a group that is gone is forgotten with its hooks; instances not seen for a day too", async () => {
  const fleet = bigCluster("web", 2, 1, 1);
  const at = bench(fleet, { keep: 30 * MINUTE });
  await at.clock.pass(5 * MINUTE);
  fleet.groups.delete("nodes");
  fleet.instances.clear();
  fleet.containers.clear();
  await at.clock.pass(80 * MINUTE);
  expect(at.inventory.get("group", "111122223333/eu-west-1/nodes")).toBeUndefined();
  expect(at.inventory.get("hooks", "111122223333/eu-west-1/nodes")).toBeUndefined();
  expect(at.inventory.get("instance", instanceId(1))).toBeUndefined();
  expect(at.inventory.get("membership", instanceId(1))).toBeUndefined();
});

test("without the lease it asks nothing, and starts when it gets it; a lease that fails is none", async () => {
  let mine: boolean | null = false;
  const names: string[] = [];
  const lease = (name: string): Promise<boolean> => {
    names.push(name);
    return mine === null ? Promise.reject(new Error("no ledger")) : Promise.resolve(mine);
  };
  const at = bench(bigCluster("web", 1, 1, 1), { lease });
  await at.clock.pass(5 * MINUTE);
  mine = null;
  await at.clock.pass(5 * MINUTE);
  expect(at.fake.calls).toEqual([]);
  expect(new Set(names)).toEqual(new Set(["sweep/111122223333/eu-west-1", "sweep-targets/111122223333/eu-west-1"]));
  mine = true;
  await at.clock.pass(2 * MINUTE);
  expect(at.fake.calls.length).toBeGreaterThan(5);
  expect(at.fake.calls.every((call) => call.purpose === "sweep")).toBe(true);
});

test("throttled it slows down, and what fails does not keep it from the rest", async () => {
  const at = bench(bigCluster("web", 2, 2, 4));
  at.fake.fail("ListClusters", "throttled");
  at.fake.fail("DescribeLifecycleHooks", "denied");
  at.fake.fail("DescribeCapacityProviders", "throttled");
  await at.clock.pass(10 * MINUTE);
  const throttled = at.fake.calls.filter(
    (call) => call.operation === "ListClusters" || call.operation === "DescribeCapacityProviders",
  ).length;
  // Alone at once a minute each they would be 20; the pauses grow to half a minute.
  expect(throttled).toBeLessThan(20);
  expect(at.inventory.get("group", "111122223333/eu-west-1/nodes")).toBeDefined();
  expect(at.inventory.get("hooks", "111122223333/eu-west-1/nodes")).toBeUndefined();
  at.fake.fail("ListClusters", null);
  at.fake.fail("DescribeLifecycleHooks", null);
  at.fake.fail("DescribeCapacityProviders", null);
  await at.clock.pass(20 * MINUTE);
  expect(at.facts(instanceId(1))).toMatchObject({ complete: true, missing: [] });
});

test("instances are read a hundred at a time, batch after batch, and what EC2 does not know does not keep the rest", async () => {
  const fleet = emptyFleet();
  const ids = Array.from({ length: 350 }, (_, index) => instanceId(index));
  fleet.groups.set("nodes", group("nodes", { instances: ids.map((id) => member(id)) }));
  fleet.hooks.set("nodes", []);
  for (const id of ids.slice(150)) fleet.instances.set(id, instance(id));
  const at = bench(fleet);
  await at.clock.pass(5 * MINUTE);
  expect(ids.filter((id) => at.inventory.get("instance", id) === undefined)).toEqual(ids.slice(0, 150));
  const read = (): number => at.fake.calls.filter(({ operation }) => operation === "DescribeInstances").length;
  expect(read()).toBe(4);
  await at.clock.pass(20 * MINUTE);
  expect(read()).toBe(4);
});

test("a read that never works is tried once a minute, not in a loop", async () => {
  const fleet = bigCluster("web", 1, 1, 1);
  fleet.definitions.delete(definitionArn("svc-0"));
  const at = bench(fleet);
  await at.clock.pass(30 * MINUTE);
  const tried = at.fake.calls.filter((call) => call.operation === "DescribeTaskDefinition").length;
  expect(tried).toBeGreaterThan(1);
  expect(tried).toBeLessThanOrEqual(30);
});

test("instances of groups in no cluster are known to be in none, once every cluster has answered", async () => {
  const fleet = emptyFleet();
  fleet.groups.set("plain", group("plain", { instances: [member("i-plain")], targetGroupArns: [targetGroupArn("t")] }));
  fleet.hooks.set("plain", [hook("plain")]);
  fleet.instances.set("i-plain", instance("i-plain"));
  for (const name of ["a", "b"])
    fleet.clusters.set(clusterArn(name), { arn: clusterArn(name), tags: {}, capacityProviders: [] });
  const at = bench(fleet);
  at.fake.fail("ListContainerInstances", "denied", clusterArn("b"));
  await at.clock.pass(5 * MINUTE);
  expect(at.facts("i-plain")).toMatchObject({ complete: false, notInEcs: false });
  at.fake.fail("ListContainerInstances", null, clusterArn("b"));
  await at.clock.pass(12 * MINUTE);
  expect(at.facts("i-plain")).toMatchObject({ complete: true, notInEcs: true });
});

test("the account of our own credentials is known by its number too", async () => {
  const fleet = bigCluster("web", 1, 1, 1);
  const own = { account: null, region: "eu-west-1" };
  fleet.groups.set("nodes", {
    ...fleet.groups.get("nodes")!,
    arn: "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:x:autoScalingGroupName/nodes",
  });
  const at = bench(fleet, { places: [own] });
  await at.clock.pass(5 * MINUTE);
  expect(at.facts(instanceId(1), own)).toMatchObject({ complete: true, missing: [] });
  expect(at.facts(instanceId(1))).toMatchObject({ complete: true, missing: [], group: { name: "nodes" } });
});

test("a bug ends it with that error", async () => {
  const fleet = bigCluster("web", 1, 1, 1);
  const clock = testClock();
  const fake = fakeAws(fleet, clock);
  fake.aws.autoScaling.listGroups = () => Promise.reject(new TypeError("a bug"));
  const sweeper = createSweeper({
    aws: fake.aws,
    inventory: createMemoryInventory(),
    clock,
    random: () => 0,
    lease: () => Promise.resolve(true),
    places: [place],
    callsPerMinute: 60,
    often: MINUTE,
    keep: MINUTE,
  });
  await expect(clock.settle(sweeper.run(new AbortController().signal))).rejects.toThrow("a bug");
});

test("the first complete read is told once for each place, with what failed", async () => {
  const told: (readonly string[])[] = [];
  const other = { ...place, region: "us-east-1" };
  const at = bench(bigCluster("web", 3, 2, 4), {
    places: [place, other],
    onRead: (where, failed) => void told.push([where.region, ...failed]),
  });
  at.fake.fail("DescribeServices", "denied");
  await at.clock.pass(30 * MINUTE);
  expect(told.toSorted(([a = ""], [b = ""]) => a.localeCompare(b))).toEqual([
    [place.region, "DescribeServices failed"],
    [other.region, "DescribeServices failed"],
  ]);
});
