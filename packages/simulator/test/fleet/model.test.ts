import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  defineTask,
  interrupt,
  interruptTask,
  regionOf,
  setStandby,
} from "../../src/fleet/index.ts";
import { deregisterTarget, registerTarget } from "../../src/fleet/targets/targets.ts";
import { expect, test } from "vitest";
import { createBench } from "./support.ts";
import { createIndexedSet } from "../../src/fleet/indexed-set.ts";
import { createRandom } from "../../src/fleet/random.ts";

test("equal seeds draw equal sequences, whatever they draw", () => {
  const draw = (seed: string): unknown[] => {
    const random = createRandom(seed);
    return [random.int(1000), random.hex(17), random.uuid(), random.within([5, 6])];
  };
  expect(draw("a")).toEqual(draw("a"));
  expect(draw("a")).not.toEqual(draw("b"));
});

test("an indexed set forgets what is deleted, and only that", () => {
  const set = createIndexedSet<string>();
  for (const item of ["a", "b", "c", "b"]) set.add(item);
  set.delete("a");
  set.delete("x");
  expect([...set.items].toSorted()).toEqual(["b", "c"]);
  set.delete("c");
  set.delete("b");
  expect(set.items).toEqual([]);
});

test("zones carry the ids that AWS gives them", () => {
  const { world } = createBench();
  const names = ["us-east-1", "eu-west-1", "ap-southeast-2", "cn-northwest-1", "us-gov-west-1"];
  const ids = names.map((name) => regionOf(world, "1", name).zones[0]?.id);
  expect(ids).toEqual(["use1-az1", "euw1-az1", "apse2-az1", "cnnw1-az1", "usgw1-az1"]);
});

test("what a region has carries its partition, and its network is its own", () => {
  const { world } = createBench();
  const made = ["us-east-1", "cn-north-1", "us-gov-east-1"].map((name) =>
    createTargetGroup(world, regionOf(world, "123456789012", name), { name: "web" }),
  );
  expect(made.map(({ arn }) => arn.split(":").slice(0, 4).join(":"))).toEqual([
    "arn:aws:elasticloadbalancing:us-east-1",
    "arn:aws-cn:elasticloadbalancing:cn-north-1",
    "arn:aws-us-gov:elasticloadbalancing:us-gov-east-1",
  ]);
  expect(new Set(made.map(({ vpcId }) => vpcId)).size).toBe(3);
});

test("a registration that is gone stays gone, and nobody is told again", async () => {
  const bench = createBench();
  const group = createTargetGroup(bench.world, bench.region, { name: "ip", targetType: "ip", deregistrationDelay: 5 });
  const target = registerTarget(bench.world, group, { id: "10.0.0.1", port: 80, instance: null, healthy: true });
  const seen: string[] = [];
  bench.world.listeners.targetChanged.push(({ state }) => seen.push(state));
  deregisterTarget(bench.world, target);
  await bench.after(6_000);
  expect(group.targets.size).toBe(0);
  target.state = "healthy";
  deregisterTarget(bench.world, target);
  expect(seen).toEqual(["draining"]);
});

test("room for a daemon is kept on an instance that has still to start it", async () => {
  const bench = createBench({ containerJoin: [1_000, 1_000], schedulerReaction: [1_000, 1_000] });
  const cluster = createCluster(bench.region, "prod");
  const group = createGroup(bench.world, bench.region, { name: "nodes", desired: 2, types: ["m5.large"] });
  attachGroup(bench.world, cluster, group);
  const wide = defineTask(bench.region, { family: "wide", cpu: 1984, memory: 1024 });
  const small = defineTask(bench.region, { family: "small", cpu: 64, memory: 64 });
  const full = defineTask(bench.region, { family: "full", cpu: 2048, memory: 1024 });
  // In this order the replica services are looked at before the daemon is.
  const greedy = createService(bench.world, cluster, { name: "greedy", definition: full, desired: 0 });
  createService(bench.world, cluster, { name: "wide", definition: wide, desired: 2 });
  const daemon = createService(bench.world, cluster, { name: "daemon", definition: small, strategy: "DAEMON" });
  greedy.desired = 1;
  const [first] = group.members.values();
  interrupt(bench.world, first?.instance.id ?? "");
  await bench.after(600_000);
  expect([...greedy.tasks]).toEqual([]);
  expect([...daemon.tasks].filter(({ lastStatus }) => lastStatus === "RUNNING")).toHaveLength(2);
});

test("a Fargate Spot task is told, stopped within its time, and replaced", async () => {
  const bench = createBench();
  const cluster = createCluster(bench.region, "prod");
  const definition = defineTask(bench.region, { family: "thumbs", stopTimeout: 60 });
  const targetGroup = createTargetGroup(bench.world, bench.region, {
    name: "thumbs",
    targetType: "ip",
    deregistrationDelay: 300,
    loadBalancer: "lb",
  });
  const service = createService(bench.world, cluster, {
    name: "thumbs",
    definition,
    desired: 2,
    launch: "FARGATE_SPOT",
    targetGroup,
  });
  const [task] = service.tasks;
  if (!task) throw new Error("no task");
  interruptTask(bench.world, task);
  await bench.after(1_000);
  expect(bench.events("ECS Task State Change")[0]).toMatchObject({
    resources: [task.arn],
    detail: {
      taskArn: task.arn,
      clusterArn: cluster.arn,
      stopCode: "SpotInterruption",
      desiredStatus: "STOPPED",
      launchType: "FARGATE",
      capacityProviderName: "FARGATE_SPOT",
      stoppingAt: "2026-01-01T00:00:00.000Z",
      attachments: [{ details: [{ name: "privateIPv4Address", value: task.privateIp }] }],
    },
  });
  await bench.after(60_000);
  expect(task.lastStatus).toBe("STOPPED");
  expect([...service.tasks].map(({ lastStatus }) => lastStatus)).toEqual(["RUNNING", "RUNNING"]);
});

test("standby leaves the balancer and the capacity, and comes back", async () => {
  const bench = createBench();
  const targets = createTargetGroup(bench.world, bench.region, {
    name: "web",
    deregistrationDelay: 5,
    loadBalancer: "lb",
  });
  const group = createGroup(bench.world, bench.region, {
    name: "web",
    desired: 2,
    types: ["m5.large"],
    targetGroups: [targets],
  });
  const [id = ""] = group.members.keys();
  setStandby(bench.world, id, true);
  await bench.after(60_000);
  expect([group.desired, group.members.get(id)?.state, targets.targets.size]).toEqual([1, "Standby", 1]);
  expect(() => setStandby(bench.world, id, true)).toThrow("not in service");
  setStandby(bench.world, id, false);
  await bench.after(60_000);
  expect([group.desired, group.members.get(id)?.state, targets.targets.size]).toEqual([2, "InService", 2]);
});

test("the oracle sees an effect that was done twice, and what is left behind", async () => {
  const { world, call, region } = createBench();
  const group = createGroup(world, region, { name: "web", desired: 2, types: ["m5.large"] });
  const [id = ""] = group.members.keys();
  world.oracle.effect("detach", id);
  expect(world.oracle.duplicates()).toEqual([]);
  world.oracle.effect("detach", id, true);
  expect(world.oracle.duplicates()).toEqual([]);
  world.oracle.effect("detach", id);
  expect(world.oracle.duplicates()).toEqual([{ kind: "detach", key: id, count: 2 }]);
  await call("SetDesiredCapacity", { AutoScalingGroupName: "web", DesiredCapacity: 3 });
  expect(world.oracle.leftovers().raised).toHaveLength(1);
});

test("a target that takes connections to the end is a loss; one that was deregistered is not", async () => {
  for (const deregister of [false, true]) {
    const bench = createBench();
    const targets = createTargetGroup(bench.world, bench.region, {
      name: "web",
      deregistrationDelay: 300,
      loadBalancer: "lb",
    });
    const group = createGroup(bench.world, bench.region, {
      name: "web",
      desired: 2,
      types: ["m5.large"],
      targetGroups: [targets],
    });
    const [id = ""] = group.members.keys();
    interrupt(bench.world, id);
    await bench.after(1_000);
    if (deregister) await bench.call("DeregisterTargets", { TargetGroupArn: targets.arn, Targets: [{ Id: id }] });
    await bench.after(125_000);
    const facts = bench.world.oracle.factsOf(id);
    expect(facts?.targetsLost).toEqual(deregister ? [] : [`${id}:80`]);
    expect(facts?.deregisteredAt === null).toBe(!deregister);
  }
});
