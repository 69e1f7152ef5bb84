import { expect, test } from "vitest";
import { factsOf } from "../../src/enrich/facts-of.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";
import type { Place } from "../../src/aws/ask.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { createSweeper } from "../../src/inventory/sweep/sweeper.ts";
import { testClock } from "../enrich/support/clock.ts";
import { fakeAws } from "../enrich/support/fake-aws.ts";
import {
  emptyFleet,
  type Fleet,
  group,
  instance,
  instanceId,
  member,
  place,
  target,
  targetGroup,
  targetGroupArn,
} from "../enrich/support/fleet.ts";

const MINUTE = 60_000;

/** A group of two that leads to no target group; more target groups and Classic load balancers as the test adds them. */
function fleetOfTwo(): Fleet {
  const fleet = emptyFleet();
  const ids = [instanceId(1), instanceId(2)];
  fleet.groups.set("nodes", group("nodes", { instances: ids.map((id) => member(id)) }));
  fleet.hooks.set("nodes", []);
  for (const [n, id] of ids.entries()) {
    const addresses = [{ vpcId: "vpc-1", address: `10.0.0.${n + 1}` }];
    fleet.instances.set(id, instance(id, { addresses }));
  }
  return fleet;
}

function sweep(fleet: Fleet, at: Place = place) {
  const clock = testClock();
  const fake = fakeAws(fleet, clock, 20);
  const inventory = createMemoryInventory();
  const sweeper = createSweeper({
    aws: fake.aws,
    inventory,
    clock,
    random: () => 0.5,
    lease: () => Promise.resolve(true),
    places: [at],
    ownAccount: () => place.account,
    callsPerMinute: 30,
    often: 10 * MINUTE,
    keep: 24 * 60 * MINUTE,
  });
  void sweeper.run(new AbortController().signal);
  const facts = (id: string) =>
    factsOf(inventory, { type: "instance", id }, place, new Set([id]), defaultOverrides, clock.now());
  const reads = (name: string): number =>
    fake.calls.filter((call) => call.operation === "DescribeTargetHealth" && call.of[0] === targetGroupArn(name))
      .length;
  return { clock, fake, inventory, facts, reads };
}

test("targets that no group and no service leads to are known: by id, by address, and in Classic load balancers", async () => {
  const fleet = fleetOfTwo();
  fleet.targetGroups = [targetGroup("by-id"), targetGroup("by-address", { targetType: "ip" })];
  fleet.health.set(targetGroupArn("by-id"), [target(instanceId(1), 80), target(instanceId(1), 8080)]);
  fleet.health.set(targetGroupArn("by-address"), [target("10.0.0.1", 9090), target("10.0.0.2", 9090)]);
  fleet.classic = [{ name: "old", instances: [instanceId(1)] }];
  const at = sweep(fleet);
  await at.clock.pass(5 * MINUTE);
  const { targets, classicLoadBalancers } = at.facts(instanceId(1));
  expect(targets.map(({ id, port }) => [id, port])).toEqual([
    [instanceId(1), 80],
    [instanceId(1), 8080],
    ["10.0.0.1", 9090],
  ]);
  expect(targets.map(({ healthyElsewhere }) => healthyElsewhere)).toEqual([0, 0, 1]);
  expect(classicLoadBalancers).toEqual(["old"]);
});

test("what holds ours is read often, the rest seldom, Lambda functions and load balancers as targets never", async () => {
  const fleet = fleetOfTwo();
  fleet.targetGroups = [
    targetGroup("ours"),
    targetGroup("strangers"),
    targetGroup("functions", { targetType: "lambda", vpcId: null }),
    targetGroup("balancers", { targetType: "alb" }),
  ];
  fleet.health.set(targetGroupArn("ours"), [target("10.0.0.2", 80)]);
  fleet.health.set(targetGroupArn("strangers"), [target("i-stranger", 80)]);
  const at = sweep(fleet);
  await at.clock.pass(121 * MINUTE);
  expect(at.reads("ours")).toBeGreaterThanOrEqual(11);
  expect(at.reads("strangers")).toBeLessThanOrEqual(3);
  expect(at.reads("functions") + at.reads("balancers")).toBe(0);
});

test("hundreds of strangers' target groups delay nothing else, and cost a call at a time", async () => {
  const fleet = fleetOfTwo();
  fleet.targetGroups = Array.from({ length: 300 }, (_, n) => targetGroup(`t-${n}`));
  const at = sweep(fleet);
  await at.clock.pass(MINUTE);
  expect(at.facts(instanceId(1))).toMatchObject({ complete: true });
  const health = (): number => at.fake.calls.filter(({ operation }) => operation === "DescribeTargetHealth").length;
  expect(health()).toBeGreaterThan(20);
  expect(health()).toBeLessThanOrEqual(30);
  await at.clock.pass(10 * MINUTE);
  expect(
    new Set(at.fake.calls.flatMap(({ operation, of }) => (operation === "DescribeTargetHealth" ? of : []))).size,
  ).toBe(300);
  expect(at.fake.calls.every(({ purpose }) => purpose === "sweep")).toBe(true);
});

test("the list of a target group that was deleted is forgotten", async () => {
  const fleet = fleetOfTwo();
  fleet.targetGroups = [targetGroup("stays"), targetGroup("goes")];
  fleet.health.set(targetGroupArn("goes"), [target(instanceId(1), 80)]);
  const at = sweep(fleet);
  await at.clock.pass(2 * MINUTE);
  expect(at.facts(instanceId(1)).targets).toHaveLength(1);
  fleet.targetGroups = [targetGroup("stays")];
  await at.clock.pass(12 * MINUTE);
  expect(at.facts(instanceId(1)).targets).toEqual([]);
});

test("in the worker's own account, of which no list says the number, all is known by it", async () => {
  const fleet = fleetOfTwo();
  fleet.targetGroups = [targetGroup("by-id")];
  fleet.health.set(targetGroupArn("by-id"), [target(instanceId(1), 80)]);
  const at = sweep(fleet, { ...place, account: null });
  await at.clock.pass(5 * MINUTE);
  expect(at.facts(instanceId(1)).targets).toHaveLength(1);
  // All that there was is deleted, and an old load balancer stays.
  fleet.targetGroups = [];
  fleet.health.clear();
  fleet.classic = [{ name: "old", instances: [instanceId(1)] }];
  await at.clock.pass(15 * MINUTE);
  expect(at.facts(instanceId(1))).toMatchObject({ targets: [], classicLoadBalancers: ["old"] });
});
