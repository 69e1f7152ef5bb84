import {
  attachGroup,
  createClassicLoadBalancer,
  createCluster,
  createGroup,
  createTargetGroup,
  type Instance,
  interrupt,
  launchInstance,
  registerClassic,
  registerTarget,
  type Region,
  spotkeeperRules,
  type TargetGroup,
  type World,
} from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { effects, step, toldOf } from "./assess.ts";
import { type Box, openBox, QUEUE } from "./box.ts";

let box: Box;
afterEach(() => box.close());

/** A Spot instance in no group and no cluster. */
function alone(world: World, region: Region, secondaryAddresses: readonly string[] = []): Instance {
  const [zone] = region.zones;
  if (zone === undefined) throw new Error("the region has no zone");
  return launchInstance(world, region, { type: "m5.large", zone, purchase: "spot", running: true, secondaryAddresses });
}

/** A target group that has a healthy target already, so that none is held as its last one. */
function balanced(world: World, region: Region, name: string, more: object = {}): TargetGroup {
  const group = createTargetGroup(world, region, { name, loadBalancer: "shop", deregistrationDelay: 10, ...more });
  registerTarget(world, group, { id: "another", port: 80, instance: null, healthy: true });
  return group;
}

function byHand(world: World, group: TargetGroup, instance: Instance, id = instance.id, port = 80): void {
  registerTarget(world, group, { id, port, instance, healthy: true });
}

/** Target groups that hold nothing. */
const fill = (world: World, region: Region, count: number): void => {
  for (let n = 0; n < count; n++) balanced(world, region, `other-${n}`);
};

const openTargets = (instance: Instance): string[] =>
  [...instance.targets].filter(({ state }) => state !== "draining").map(({ id, port }) => `${id}:${port}`);

type Prepared = (world: World, region: Region) => Instance;
let victim: Instance;
const build =
  (prepare: Prepared, others = 5) =>
  (world: World, region: Region): void => {
    region.rules.push(...spotkeeperRules(QUEUE));
    fill(world, region, others);
    victim = prepare(world, region);
  };

const ways: readonly (readonly [name: string, prepare: Prepared])[] = [
  [
    "by its id, on several ports",
    (world, region) => {
      const instance = alone(world, region);
      const web = balanced(world, region, "web");
      for (const port of [80, 8080, 9090]) byHand(world, web, instance, instance.id, port);
      return instance;
    },
  ],
  [
    "in several target groups",
    (world, region) => {
      const instance = alone(world, region);
      for (const name of ["web", "api", "admin"]) byHand(world, balanced(world, region, name), instance);
      return instance;
    },
  ],
  [
    "by its private address, a secondary one, and one of IPv6",
    (world, region) => {
      const instance = alone(world, region, ["10.200.0.9", "2001:db8::9"]);
      const web = balanced(world, region, "web", { targetType: "ip" });
      for (const id of [instance.privateIp, "10.200.0.9", "2001:db8::9"]) byHand(world, web, instance, id, 8080);
      return instance;
    },
  ],
  [
    "as a member of a group that names another target group",
    (world, region) => {
      const own = balanced(world, region, "own");
      const group = createGroup(world, region, { name: "web", desired: 2, types: ["m5.large"], targetGroups: [own] });
      const [member] = [...group.members.values()];
      if (member === undefined) throw new Error("the group has no member");
      byHand(world, balanced(world, region, "by-hand"), member.instance);
      return member.instance;
    },
  ],
];

describe.each(ways)("a target that was registered by hand: %s", (_name, prepare) => {
  test.each([
    ["a cold inventory", false],
    ["a warm one", true],
  ])("is taken out with %s", async (_how, warm) => {
    box = await openBox({ build: build(prepare), warm });
    expect(openTargets(victim).length).toBeGreaterThan(0);
    interrupt(box.world, victim.id);
    await box.run(8);
    expect(openTargets(victim)).toEqual([]);
    await box.run(300);
    const incident = await box.incident(victim.id);
    expect(incident.outcome).toBe("drained");
    expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ targetsLost: [] });
    expect(toldOf(box, victim.id).at(-1)?.missing).toEqual([]);
  });
});

test.each([false, true])(
  "an instance is taken out of a Classic load balancer that no group names (warm: %s)",
  async (warm) => {
    const prepare: Prepared = (world, region) => {
      const instance = alone(world, region);
      registerClassic(world, createClassicLoadBalancer(region, { name: "old" }), instance, true);
      return instance;
    };
    box = await openBox({ build: build(prepare), warm });
    interrupt(box.world, victim.id);
    await box.run(8);
    expect(effects(box, "deregister").map(({ key }) => key)).toEqual([`classic/old/${victim.id}`]);
  },
);

test("an address counts only in the network of the instance", async () => {
  box = await openBox({
    build: build((world, region) => {
      const instance = alone(world, region);
      const other = balanced(world, region, "elsewhere", { targetType: "ip", vpcId: "vpc-other" });
      registerTarget(world, other, { id: instance.privateIp, port: 80, instance: null, healthy: true });
      return instance;
    }),
    warm: true,
  });
  interrupt(box.world, victim.id);
  await box.run(60);
  expect(effects(box, "deregister")).toEqual([]);
});

/** The calls of the look, in the order in which they ended, and when the first effect was made. */
const calls = (operation: string) => box.simulator.calls.recent().filter((one) => one.operation === operation);

test("the look has at most twenty calls, comes after the first action, and what it leaves is told", async () => {
  const prepare: Prepared = (world, region) => {
    const own = balanced(world, region, "own");
    const group = createGroup(world, region, { name: "web", desired: 1, types: ["m5.large"], targetGroups: [own] });
    const [member] = [...group.members.values()];
    if (member === undefined) throw new Error("the group has no member");
    return member.instance;
  };
  box = await openBox({ build: build(prepare, 60) });
  interrupt(box.world, victim.id);
  await box.run(10);
  const own = [...box.region.targetGroups.values()].find(({ name }) => name === "own");
  const looks = ["DescribeTargetGroups", "DescribeLoadBalancers"].flatMap(calls);
  const health = calls("DescribeTargetHealth").filter(({ input }) => input["TargetGroupArn"] !== own?.arn);
  expect(looks.length + health.length).toBe(20);
  const [first] = calls("DeregisterTargets");
  expect(Math.min(...[...looks, ...health].map(({ at }) => at))).toBeGreaterThanOrEqual(first?.endedAt ?? Infinity);

  expect(toldOf(box, victim.id).at(-1)?.missing).toEqual(["targets: 42 target groups were not looked at"]);
  const named = box.entries.filter(({ text }) => text.startsWith("42 target groups not looked at: "));
  expect(named).toHaveLength(1);
  expect(named[0]?.text.match(/other-\d+/g)).toHaveLength(42);
  await box.run(900);
  const outcome = toldOf(box, victim.id).filter(({ phase }) => phase === "outcome");
  expect(outcome[0]?.stakes).not.toContain("nothing was lost");
  expect(outcome[0]?.missing).toEqual(["targets: 42 target groups were not looked at"]);
});

test("a storm shares its looks", async () => {
  const victims: Instance[] = [];
  box = await openBox({
    build: build((world, region) => {
      for (let n = 0; n < 50; n++) victims.push(alone(world, region));
      const web = balanced(world, region, "web");
      for (const one of victims) byHand(world, web, one);
      return victims[0] as Instance;
    }, 10),
  });
  for (const one of victims) interrupt(box.world, one.id);
  await box.run(20);
  expect(victims.flatMap(openTargets)).toEqual([]);
  expect(calls("DeregisterTargets").length).toBeLessThanOrEqual(20);
  expect(calls("DescribeTargetGroups").length).toBeLessThanOrEqual(2);
  // The lists of eleven, and then polls of one for who waits.
  expect(calls("DescribeTargetHealth").length).toBeLessThanOrEqual(25);
});

test("the looks of a storm read different lists, each once, and no more than sixty in all", async () => {
  const victims: Instance[] = [];
  box = await openBox({
    build: build((world, region) => {
      for (let n = 0; n < 30; n++) victims.push(alone(world, region));
      return victims[0] as Instance;
    }, 100),
  });
  for (const one of victims) interrupt(box.world, one.id);
  await box.run(30);
  const read = calls("DescribeTargetHealth").map(({ input }) => input["TargetGroupArn"]);
  expect(new Set(read).size).toBe(60);
  expect(read).toHaveLength(60);
  const left = (await box.incidents()).map((doc) => step(doc.body, "look-around").receipt as { left: number });
  expect(Math.min(...left.map((one) => one.left))).toBe(40);
});

test("it has not drained before the look is over, though its tasks are gone", async () => {
  const prepare: Prepared = (world, region) => {
    const group = createGroup(world, region, { name: "web", desired: 1, types: ["m5.large"] });
    attachGroup(world, createCluster(region, "shop"), group);
    const [member] = [...group.members.values()];
    if (member === undefined) throw new Error("the group has no member");
    byHand(world, balanced(world, region, "by-hand"), member.instance);
    return member.instance;
  };
  box = await openBox({ build: build(prepare) });
  box.simulator.faults.add({ match: { operation: "DescribeTargetGroups" }, effect: { kind: "latency", ms: 6_000 } });
  interrupt(box.world, victim.id);
  await box.run(5);
  expect(effects(box, "drain")).toHaveLength(1);
  expect((await box.incident(victim.id)).drainedAt).toBeNull();
  await box.run(5);
  expect(openTargets(victim)).toEqual([]);
});

test("a notice that is cancelled: what was registered by hand is registered again, as it was", async () => {
  box = await openBox({ build: build(ways[2]?.[1] ?? alone) });
  const before = openTargets(victim).toSorted();
  interrupt(box.world, victim.id, { survives: true });
  await box.run(10);
  expect(openTargets(victim)).toEqual([]);
  await box.run(600);
  expect((await box.incident(victim.id)).outcome).toBe("cancelled");
  expect(openTargets(victim).toSorted()).toEqual(before);
});

test("where the lists are denied, the alert says so", async () => {
  box = await openBox({ build: build(alone) });
  box.simulator.faults.add({ match: { operation: "DescribeTargetGroups" }, effect: { kind: "denied" } });
  interrupt(box.world, victim.id);
  await box.run(40);
  const told = toldOf(box, victim.id).at(-1);
  expect(told?.missing.join()).toMatch(
    /targets: not all load balancers could be asked: denied: .*DescribeTargetGroups/,
  );
  expect(step(await box.incident(victim.id), "look-around").receipt).toMatchObject({ left: null });
});
