import { expect, test } from "vitest";
import type { Depth } from "../../src/enrich/look-up/freshness.ts";
import { factsOf } from "../../src/enrich/facts-of.ts";
import { createLookUp, type LookUp } from "../../src/enrich/look-up/look-up.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";
import type { Facts } from "../../src/enrich/facts.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import type { Subject } from "../../src/model/signal.ts";
import { testClock, type TestClock } from "./support/clock.ts";
import { fakeAws, type FakeAws } from "./support/fake-aws.ts";
import {
  bigCluster,
  clusterArn,
  container,
  emptyFleet,
  type Fleet,
  instance,
  instanceId,
  place,
  service,
  target,
  targetGroupArn,
  task,
  taskArn,
} from "./support/fleet.ts";

interface Bench {
  readonly clock: TestClock;
  readonly fake: FakeAws;
  readonly inventory: ReturnType<typeof createMemoryInventory>;
  readonly lookUp: LookUp;
  look(ids: Subject | readonly Subject[], depth: Depth, within?: number): Promise<void>;
  facts(id: string, doomed?: readonly string[]): Facts;
}

const one = (id: string): Subject => ({ type: "instance", id });
const fargate = (id: string): Subject => ({ type: "task", id });

function bench(fleet: Fleet, options: { overrides?: Partial<typeof defaultOverrides> } = {}): Bench {
  const clock = testClock();
  const fake = fakeAws(fleet, clock);
  const inventory = createMemoryInventory();
  const overrides = { ...defaultOverrides, ...options.overrides };
  const lookUp = createLookUp({ aws: fake.aws, inventory, clock, overrides, gather: 250 });
  return {
    clock,
    fake,
    inventory,
    lookUp,
    look: (subjects, depth, within = 30_000) => clock.settle(lookUp(subjects, place, clock.now() + within, depth)),
    facts: (id, doomed = [id]) => factsOf(inventory, one(id), place, new Set(doomed), overrides, clock.now()),
  };
}

test("one interruption in 100 instances, 1,000 tasks, 20 services: 7 calls to act, 10 in all", async () => {
  const at = bench(bigCluster());
  const id = instanceId(1);
  await at.look(one(id), "act");
  expect(at.fake.requests("enrich")).toBe(7);
  const acting = at.facts(id);
  expect(acting.complete).toBe(true);
  expect(acting.containerInstances[0]?.clusterArn).toBe(clusterArn("web"));
  expect(acting.hooks.map((hook) => hook.name)).toEqual(["graceful-shutdown-hook"]);

  await at.look(one(id), "tell");
  expect(at.fake.requests("enrich")).toBe(10);
  const facts = at.facts(id);
  expect(facts.missing).toEqual([]);
  expect(facts.tasks).toHaveLength(10);
  expect(facts.targets).toHaveLength(10);
  expect(new Set(facts.targets.map((one) => one.port)).size).toBe(10);
  expect(facts.impact.every((one) => one.doomed === 1 && one.survives === one.running - 1)).toBe(true);
});

test("100 interrupted together: at most 45 calls, and everything is known", async () => {
  const at = bench(bigCluster());
  const ids = Array.from({ length: 100 }, (_, n) => instanceId(n + 1));
  await at.look(ids.map(one), "tell");
  expect(at.fake.requests("enrich")).toBeLessThanOrEqual(45);
  expect(at.fake.requests("poll")).toBe(20);
  for (const id of ids) {
    const facts = at.facts(id, ids);
    expect(facts.missing).toEqual([]);
    expect(facts.impact.every((service) => service.survives === 0 && service.doomed === service.running)).toBe(true);
    expect(facts.targets.every((one) => one.healthyElsewhere === 0)).toBe(true);
  }
});

test("100 that come one every millisecond share calls too", async () => {
  const at = bench(bigCluster());
  const ids = Array.from({ length: 100 }, (_, n) => instanceId(n + 1));
  const looks = ids.map(async (id, n) => {
    await at.clock.sleep(n);
    await at.lookUp(one(id), place, at.clock.now() + 30_000, "act");
  });
  await at.clock.settle(Promise.all(looks));
  // Alone they would be 700.
  expect(at.fake.requests("enrich")).toBeLessThanOrEqual(25);
  expect(ids.every((id) => at.facts(id).complete)).toBe(true);
});

test("with what the inventory has, nothing is asked before draining starts", async () => {
  const at = bench(bigCluster());
  const id = instanceId(1);
  await at.look(one(id), "tell");
  const before = at.fake.calls.length;
  at.clock.jump(50_000);
  await at.look(one(id), "act");
  expect(at.fake.calls.slice(before)).toEqual([]);
});

test("a group's instances need not be asked for one by one", async () => {
  const at = bench(bigCluster());
  await at.look(one(instanceId(1)), "act");
  const before = at.fake.calls.length;
  await at.look(one(instanceId(2)), "act");
  expect(at.fake.calls.slice(before).map((call) => call.operation)).toEqual([
    "DescribeInstances",
    "ListContainerInstances",
    "DescribeContainerInstances",
  ]);
});

test.each(["throttled", "denied", "unavailable"] as const)(
  "%s reads leave what is known, and say what is not",
  async (kind) => {
    const at = bench(bigCluster());
    for (const operation of ["DescribeAutoScalingInstances", "ListContainerInstances", "ListClusters"])
      at.fake.fail(operation, kind);
    const id = instanceId(1);
    await at.look(one(id), "tell");
    const facts = at.facts(id);
    expect(facts.instance?.id).toBe(id);
    expect(facts.complete).toBe(false);
    expect(facts.notInEcs).toBe(false);
    expect(facts.missing.map((one) => one.what)).toEqual(["group", "cluster"]);
    for (const one of facts.missing)
      expect(one.why).toMatch(new RegExp(`^${kind}: fake:(Describe|List)\\w+ \\(${kind}-code\\)$`));
  },
);

test("what was refused once is not asked again at once, what was throttled is", async () => {
  const at = bench(bigCluster());
  const id = instanceId(1);
  at.fake.fail("DescribeInstances", "denied");
  at.fake.fail("DescribeAutoScalingInstances", "throttled");
  const asked = (operation: string): number => at.fake.calls.filter((call) => call.operation === operation).length;
  await at.look(one(id), "act");
  await at.look(one(id), "act");
  expect(asked("DescribeInstances")).toBe(1);
  expect(asked("DescribeAutoScalingInstances")).toBe(2);
  at.clock.jump(60_000);
  at.fake.fail("DescribeInstances", null);
  at.fake.fail("DescribeAutoScalingInstances", null);
  await at.look(one(id), "act");
  expect(at.facts(id).complete).toBe(true);
  expect(at.facts(id).missing.filter((one) => one.what !== "tasks")).toEqual([]);
});

test("an answer that does not come is not waited for beyond the deadline", async () => {
  const fleet = bigCluster();
  const clock = testClock();
  const fake = fakeAws(fleet, clock, 60_000);
  const inventory = createMemoryInventory();
  const lookUp = createLookUp({
    aws: fake.aws,
    inventory,
    clock,
    overrides: defaultOverrides,
    gather: 0,
  });
  const started = clock.now();
  await clock.settle(lookUp(one(instanceId(1)), place, started + 5_000, "act"));
  expect(clock.now() - started).toBeLessThanOrEqual(5_000);
  const facts = factsOf(inventory, one(instanceId(1)), place, new Set(), defaultOverrides, clock.now());
  expect(facts.missing.find((one) => one.what === "instance")?.why).toMatch(/^timed-out/);
  expect(facts.missing.find((one) => one.what === "cluster")?.why).toMatch(/^timed-out/);
  // Late, it is learnt all the same.
  await clock.pass(120_000);
  expect(inventory.get("instance", instanceId(1))?.value.id).toBe(instanceId(1));
});

test("an instance that EC2 does not know is named, and draining goes on with what others know", async () => {
  const fleet = bigCluster();
  fleet.instances.delete(instanceId(1));
  const at = bench(fleet);
  await at.look(one(instanceId(1)), "act");
  const facts = at.facts(instanceId(1));
  expect(facts.instance).toBe(null);
  expect(facts.containerInstances).toHaveLength(1);
  expect(facts.missing.find((one) => one.what === "instance")?.why).toBe(
    `not-found: AWS knows no instance ${instanceId(1)}`,
  );
});

test("in no group and no cluster: asked, and so it is", async () => {
  const fleet = emptyFleet();
  fleet.instances.set("i-alone", instance("i-alone"));
  fleet.clusters.set(clusterArn("a"), { arn: clusterArn("a"), tags: {}, capacityProviders: [] });
  const at = bench(fleet);
  await at.look(one("i-alone"), "tell");
  const facts = at.facts("i-alone");
  expect(facts).toMatchObject({ complete: true, notInEcs: true, groupName: null, missing: [] });
});

test("one cluster that cannot be asked leaves it open whether the instance is in any", async () => {
  const fleet = emptyFleet();
  fleet.instances.set("i-alone", instance("i-alone"));
  for (const name of ["a", "b"])
    fleet.clusters.set(clusterArn(name), { arn: clusterArn(name), tags: {}, capacityProviders: [] });
  const at = bench(fleet);
  at.fake.fail("ListContainerInstances", "throttled", clusterArn("b"));
  await at.look(one("i-alone"), "act");
  expect(at.facts("i-alone")).toMatchObject({ complete: false, notInEcs: false });
  at.fake.fail("ListContainerInstances", null, clusterArn("b"));
  await at.look(one("i-alone"), "act");
  expect(at.facts("i-alone")).toMatchObject({ complete: true, notInEcs: true });
});

function manyClusters(): Fleet {
  const fleet = bigCluster("web", 2);
  for (let n = 0; n < 20; n++) {
    const arn = clusterArn(`c${n}`);
    fleet.clusters.set(arn, { arn, tags: {}, capacityProviders: [] });
  }
  return fleet;
}
const clustersAsked = (at: Bench): number =>
  at.fake.calls.filter((call) => call.operation === "ListContainerInstances").length;

test.each([
  [
    "a tag of the instance",
    (fleet: Fleet) =>
      void fleet.instances.set(instanceId(1), instance(instanceId(1), { tags: { "aws:ecs:clusterName": "web" } })),
    {},
  ],
  [
    "a tag of the group",
    (fleet: Fleet) =>
      void fleet.groups.set("nodes", { ...fleet.groups.get("nodes")!, tags: { "spotkeeper:cluster": "web" } }),
    {},
  ],
  [
    "a pattern on the name",
    (fleet: Fleet) => void fleet.instances.set(instanceId(1), instance(instanceId(1), { name: "ecs-web-7" })),
    { names: [{ pattern: "ecs-*", cluster: "web" }] },
  ],
  [
    "a likeness of names",
    (fleet: Fleet) => void fleet.instances.set(instanceId(1), instance(instanceId(1), { name: "prod-web-node" })),
    {},
  ],
  [
    "a tag of the cluster",
    (fleet: Fleet) =>
      void fleet.clusters.set(clusterArn("web"), {
        arn: clusterArn("web"),
        tags: { "spotkeeper:group": "nod*" },
        capacityProviders: [],
      }),
    {},
  ],
  [
    "the capacity provider's group",
    (fleet: Fleet) => {
      fleet.clusters.set(clusterArn("web"), { arn: clusterArn("web"), tags: {}, capacityProviders: ["cp"] });
      const groupArn = fleet.groups.get("nodes")!.arn;
      fleet.capacityProviders = [
        { name: "cp", groupArn, managedDraining: true, managedTerminationProtection: false, managedInstances: false },
      ];
    },
    {},
  ],
])("of 21 clusters, %s leads to the right one at once", async (_what, change, overrides) => {
  const fleet = manyClusters();
  fleet.instances.set(instanceId(1), instance(instanceId(1), { name: "x" }));
  change(fleet);
  const at = bench(fleet, { overrides });
  await at.look(one(instanceId(1)), "act");
  expect(at.facts(instanceId(1)).containerInstances[0]?.instanceId).toBe(instanceId(1));
  expect(at.facts(instanceId(1)).containerInstances[0]?.clusterArn).toBe(clusterArn("web"));
  expect(clustersAsked(at)).toBe(1);
});

test("a cluster's name counts as a word only: c1 is not in c10-nodes", async () => {
  const fleet = manyClusters();
  const id = instanceId(1);
  fleet.instances.set(id, instance(id, { name: "c10-web2-node" }));
  fleet.containers.set(id, container("c10", id));
  const at = bench(fleet);
  await at.look(one(id), "act");
  expect(at.facts(id).containerInstances[0]?.clusterArn).toBe(clusterArn("c10"));
  expect(clustersAsked(at)).toBe(1);
});

test("of 21 clusters, a sibling in its group leads to the right one; without any lead all are asked", async () => {
  const fleet = manyClusters();
  for (const n of [1, 2]) fleet.instances.set(instanceId(n), instance(instanceId(n), { name: "x" }));
  const at = bench(fleet);
  await at.look(one(instanceId(1)), "act");
  expect(clustersAsked(at)).toBe(21);
  await at.look(one(instanceId(2)), "act");
  expect(clustersAsked(at)).toBe(22);
  expect(at.facts(instanceId(2)).containerInstances[0]?.instanceId).toBe(instanceId(2));
});

test("a Fargate task: its service, targets by address, Cloud Map instance", async () => {
  const fleet = emptyFleet();
  const arn = taskArn("web", "abc");
  const tg = targetGroupArn("shop");
  fleet.fargate.set(
    arn,
    task("web", "abc", { group: "service:shop", launchType: "FARGATE", privateAddresses: ["10.0.0.9"] }),
  );
  const registries = ["arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-1"];
  fleet.services.set(
    "web/shop",
    service("web", "shop", { targets: [{ targetGroupArn: tg, containerPort: 80 }], serviceRegistries: registries }),
  );
  fleet.health.set(tg, [target("10.0.0.9", 80), target("10.0.0.10", 80)]);
  fleet.discovery.set("srv-1", [
    { id: "abc", attributes: { AWS_INSTANCE_IPV4: "10.0.0.9" } },
    { id: "def", attributes: { AWS_INSTANCE_IPV4: "10.0.0.10" } },
  ]);
  const at = bench(fleet);
  await at.look(fargate(arn), "act");
  const facts = factsOf(at.inventory, fargate(arn), place, new Set([arn]), defaultOverrides, at.clock.now());
  expect(facts).toMatchObject({ complete: true, missing: [] });
  expect(facts.targets).toMatchObject([
    { targetGroupArn: tg, id: "10.0.0.9", port: 80, state: "healthy", healthyElsewhere: 1 },
  ]);
  expect(facts.discovery).toMatchObject([{ serviceId: "srv-1", instanceId: "abc" }]);
  expect(facts.impact).toMatchObject([{ service: "shop", running: 4, doomed: 1, survives: 3 }]);
});

test("a Fargate task that ECS will not describe: its event is enough to take the address away", async () => {
  const fleet = emptyFleet();
  const arn = taskArn("web", "abc");
  const tg = targetGroupArn("shop");
  fleet.services.set("web/shop", service("web", "shop", { targets: [{ targetGroupArn: tg, containerPort: 80 }] }));
  const at = bench(fleet);
  at.fake.fail("DescribeTasks", "denied");
  at.fake.fail("DescribeTargetHealth", "denied");
  const announced = {
    clusterArn: clusterArn("web"),
    service: "shop",
    privateAddresses: ["10.0.0.9"],
    availabilityZone: null,
  };
  at.inventory.put("announced", arn, announced, at.clock.now());
  await at.look(fargate(arn), "act");
  const facts = factsOf(at.inventory, fargate(arn), place, new Set([arn]), defaultOverrides, at.clock.now());
  expect(facts.targets).toMatchObject([{ id: "10.0.0.9", port: 80, state: null, healthyElsewhere: null }]);
  expect(facts.missing.map((one) => one.what)).toEqual(["tasks", "targets"]);
});

test.each(["act", "tell"] as const)(
  "why an instance ends is asked again to %s, while EC2 has not said",
  async (depth) => {
    const fleet = bigCluster();
    const id = instanceId(1);
    const at = bench(fleet);
    await at.look(one(id), "tell");
    at.inventory.put("instance", id, instance(id, { state: "shutting-down" }), at.clock.now());
    fleet.instances.set(id, instance(id, { state: "shutting-down", stateReason: "Server.SpotInstanceTermination" }));
    at.clock.jump(1_000);
    await at.look(one(id), depth);
    expect(at.facts(id).instance?.stateReason).toBe("Server.SpotInstanceTermination");
  },
);

test("task definitions and attributes are asked while calls are left, and not beyond", async () => {
  const fleet = bigCluster("web", 1, 2, 4);
  const id = instanceId(1);
  const at = bench(fleet);
  at.inventory.put("membership", id, null, at.clock.now());
  const known = container("web", id);
  at.inventory.put("container", known.arn, known, at.clock.now());
  at.inventory.put("searched", id, "all", at.clock.now());
  await at.look(one(id), "tell");
  // DescribeInstances, ListTasks, DescribeTasks, DescribeServices: 4; two services leave 4 questions, which fit.
  expect(at.fake.requests("enrich")).toBe(8);
  const facts = at.facts(id);
  expect(facts.tasks.map((one) => one.stopTimeout)).toEqual([60_000, 60_000]);
  expect(facts.targets.map((one) => one.attributes?.deregistrationDelay)).toEqual([30_000, 30_000]);
});

test("a bug is not taken for an answer of AWS", async () => {
  const at = bench(bigCluster());
  at.fake.aws.ec2.describeInstances = () => Promise.reject(new TypeError("a bug"));
  await expect(at.look(one(instanceId(1)), "act")).rejects.toThrow("a bug");
});
