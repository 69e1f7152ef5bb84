import {
  attachGroup,
  createClassicLoadBalancer,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  defineTask,
  launchInstance,
  type Region,
  registerAgain,
  registerClassic,
  registerTarget,
  regionOf,
  runStandalone,
  setStandby,
} from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { readFacts } from "../../src/facts/parse.ts";
import { factsFrom } from "../../src/facts/from-aws.ts";
import { printFacts } from "../../src/facts/print.ts";
import { ACCOUNT, bench, type Bench, REGION } from "./support.ts";

const here = { account: ACCOUNT, region: REGION };

/** A group behind a target group, in a cluster with a service that has one of its own; an instance in neither. */
function shop({ world }: Bench): Region {
  const region = regionOf(world, ACCOUNT, REGION);
  const front = createTargetGroup(world, region, {
    name: "front",
    port: 8_080,
    deregistrationDelay: 15,
    loadBalancer: "public",
    loadBalancerType: "network",
  });
  const tasks = createTargetGroup(world, region, { name: "tasks", targetType: "ip", loadBalancer: "inner" });
  const classic = createClassicLoadBalancer(region, { name: "old" });
  const group = createGroup(world, region, {
    name: "web",
    desired: 4,
    min: 1,
    max: 9,
    types: ["m5.large", "c5.large"],
    onDemandBase: 1,
    capacityRebalance: true,
    suspended: ["AZRebalance"],
    maintenance: { min: 90, max: 110 },
    targetGroups: [front],
    hooks: [
      {
        name: "drain",
        transition: "autoscaling:EC2_INSTANCE_TERMINATING",
        heartbeatTimeout: 120,
        defaultResult: "CONTINUE",
      },
      {
        name: "warm",
        transition: "autoscaling:EC2_INSTANCE_LAUNCHING",
        notificationTarget: "arn:aws:sqs:us-east-1:123456789012:q",
        notificationMetadata: "password=hunter2",
      },
    ],
    tags: { "spotkeeper:enabled": "true", team: "shop", "db-password": "hunter2", "kubernetes.io/cluster/x": "secret" },
  });
  const cluster = createCluster(region, "shop");
  attachGroup(world, cluster, group, { managedDraining: true });
  const [first, second] = [...group.members.values()].map(({ instance }) => instance);
  registerAgain(world, second!);
  createService(world, cluster, {
    name: "checkout",
    definition: defineTask(region, { family: "checkout", stopTimeout: 45 }),
    desired: 3,
    minimumHealthyPercent: 50,
    targetGroup: tasks,
  });
  runStandalone(world, cluster, defineTask(region, { family: "job" }));
  const alone = launchInstance(world, region, {
    id: "i-0aaaaaaaaaaaaaaaa",
    type: "r5.large",
    zone: region.zones[1]!,
    purchase: "spot",
    running: true,
    tags: { Name: "by hand", secret: "hunter2" },
  });
  registerTarget(world, front, { id: alone.id, port: 9_090, instance: alone, healthy: true });
  registerTarget(world, front, { id: first!.id, port: 9_091, instance: first!, healthy: true });
  registerTarget(world, tasks, { id: alone.privateIp, port: 80, instance: alone, healthy: true });
  registerTarget(world, tasks, { id: "192.0.2.7", port: 80, instance: null, healthy: true });
  registerClassic(world, classic, alone, true);
  return region;
}

test("a fleet is read with all that decides what is done with it", async () => {
  const it = await bench();
  const region = shop(it);
  const group = region.groups.get("web")!;
  const read = await it.read();
  expect(read.places.flatMap(({ unread }) => unread)).toEqual([]);
  const facts = factsFrom(read);
  const members = [...group.members.values()];
  expect(facts.groups).toEqual([
    expect.objectContaining({
      ...here,
      name: "web",
      cluster: "shop",
      zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
      min: 1,
      desired: 4,
      max: 9,
      counts: "instances",
      onDemandBase: 1,
      onDemandPercent: 0,
      capacityRebalance: true,
      managedDraining: true,
      suspended: ["AZRebalance"],
      maintenance: { min: 90, max: 110 },
      targetGroups: ["front"],
    }),
  ]);
  expect(facts.groups[0]!.hooks.filter(({ name }) => !name.startsWith("ecs-managed"))).toEqual([
    {
      name: "drain",
      transition: "terminating",
      heartbeatTimeout: 120,
      defaultResult: "CONTINUE",
      notificationTarget: null,
    },
    {
      name: "warm",
      transition: "launching",
      heartbeatTimeout: 3_600,
      defaultResult: "ABANDON",
      notificationTarget: "arn:aws:sqs:us-east-1:123456789012:q",
    },
  ]);
  expect(facts.groups[0]!.instances.map(({ id, lifecycle, type, zone }) => ({ id, lifecycle, type, zone }))).toEqual(
    members.map(({ instance }) => ({
      id: instance.id,
      lifecycle: instance.purchase,
      type: instance.type,
      zone: instance.zone.name,
    })),
  );
  expect(facts.groups[0]!.instances.map(({ clusters }) => clusters)).toEqual([null, ["shop", "shop"], null, null]);
  expect(facts.instances).toMatchObject([
    { ...here, id: "i-0aaaaaaaaaaaaaaaa", lifecycle: "spot", type: "r5.large", zone: "us-east-1b", clusters: [] },
  ]);
  expect(facts.services).toMatchObject([
    {
      ...here,
      cluster: "shop",
      name: "checkout",
      desired: 3,
      minimumHealthyPercent: 50,
      maximumPercent: 200,
      stopTimeout: 45,
      targetGroups: ["tasks"],
    },
  ]);
  expect(facts.services[0]!.tasks).toHaveLength(3);
  expect(facts.tasks).toMatchObject([{ cluster: "shop", family: "job", instances: [expect.stringMatching(/^i-/)] }]);
  expect(facts.targetGroups).toMatchObject([
    {
      name: "front",
      type: "instance",
      port: 8_080,
      deregistrationDelay: 15,
      loadBalancer: "network",
      targets: [
        { id: "i-0aaaaaaaaaaaaaaaa", port: 9_090 },
        { id: members[0]!.instance.id, port: 9_091 },
      ],
    },
    {
      name: "tasks",
      type: "ip",
      loadBalancer: "application",
      targets: [
        { id: "i-0aaaaaaaaaaaaaaaa", port: 80 },
        { id: "192.0.2.7", port: 80 },
      ],
    },
  ]);
  expect(facts.classicLoadBalancers).toEqual([{ ...here, name: "old", instances: ["i-0aaaaaaaaaaaaaaaa"] }]);
});

test("what it writes is read again as it was; of tags it has those that decide, and no secret", async () => {
  const it = await bench();
  shop(it);
  const facts = factsFrom(
    await it.read("policy: { rules: [{ name: shops, match: { tag: { team: shop } }, do: { act: false } }] }"),
  );
  const text = printFacts(facts);
  expect(readFacts(text, "f.json")).toEqual(facts);
  expect(facts.groups[0]!.tags).toEqual({
    "spotkeeper:enabled": "true",
    team: "shop",
    "kubernetes.io/cluster/x": "",
  });
  expect(facts.instances[0]!.tags).toEqual({ Name: "by hand" });
  expect(text).not.toMatch(/hunter2|"secret"/);
  expect(factsFrom(await it.read()).groups[0]!.tags).not.toHaveProperty("team");
});

test("nothing is written, and an instance on standby stays on standby", async () => {
  const it = await bench();
  const region = shop(it);
  const [id = ""] = region.groups.get("web")!.members.keys();
  setStandby(it.world, id, true);
  const facts = factsFrom(await it.read());
  expect(facts.groups[0]).toMatchObject({
    desired: 3,
    instances: expect.arrayContaining([expect.objectContaining({ id, state: "Standby" })]),
  });
  expect(it.simulator.calls.recent().filter(({ mutating }) => mutating)).toEqual([]);
});

test("what may not be read is told once an operation, and the rest is there", async () => {
  const it = await bench();
  shop(it);
  for (const operation of ["DescribeTargetHealth", "DescribeInstances"])
    it.simulator.faults.add({ match: { operation }, effect: { kind: "denied" }, skip: 0, times: 1_000 });
  const read = await it.read();
  const facts = factsFrom(read);
  expect(facts.unread).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^123456789012\/us-east-1: elasticloadbalancing:DescribeTargetHealth: denied \(.*\) \(2 times\)$/,
      ),
      expect.stringMatching(/^123456789012\/us-east-1: ec2:DescribeInstances: denied \(.*\)$/),
    ]),
  );
  expect(facts.unread).toHaveLength(2);
  expect(facts.groups[0]!.instances).toHaveLength(4);
  expect(facts.services).toHaveLength(1);
});

test("what fails for a while is asked again", async () => {
  const it = await bench();
  shop(it);
  it.simulator.faults.add({
    match: { operation: "DescribeLifecycleHooks" },
    effect: { kind: "throttle" },
    skip: 0,
    times: 2,
  });
  const read = await it.read();
  expect(read.places.flatMap(({ unread }) => unread)).toEqual([]);
});

test("two thousand instances take a bounded number of calls", { timeout: 60_000 }, async () => {
  const it = await bench();
  const region = regionOf(it.world, ACCOUNT, REGION);
  for (let index = 0; index < 20; index += 1) {
    const group = createGroup(it.world, region, { name: `group-${index}`, desired: 100, types: ["m5.large"] });
    const cluster = createCluster(region, `cluster-${index}`);
    attachGroup(it.world, cluster, group);
    const definition = defineTask(region, { family: `app-${index}` });
    createService(it.world, cluster, { name: "app", definition, desired: 200 });
  }
  const facts = factsFrom(await it.read());
  expect(facts.groups.reduce((sum, { instances }) => sum + instances.length, 0)).toBe(2_000);
  expect(facts.services.reduce((sum, { tasks }) => sum + (tasks?.length ?? 0), 0)).toBe(4_000);
  const calls = Object.values(it.simulator.calls.counts()).reduce((sum, count) => sum + count, 0);
  expect(calls).toBeLessThan(450);
  expect(it.clock.now() - Date.UTC(2026, 0, 1, 12)).toBeLessThan(120_000);
});
