import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  defineTask,
  deregisterContainer,
  interrupt,
  registerAgain,
  runStandalone,
} from "../../src/fleet/index.ts";
import { expect, test } from "vitest";
import type { ProviderOptions, ServiceSpec } from "../../src/fleet/ecs/clusters.ts";
import type { GroupSpec } from "../../src/fleet/groups/group-create.ts";
import { createBench } from "./support.ts";

const prepare = (service: Partial<ServiceSpec> = {}, provider: ProviderOptions = {}, spec: Partial<GroupSpec> = {}) => {
  const bench = createBench();
  const cluster = createCluster(bench.region, "prod");
  const group = createGroup(bench.world, bench.region, { name: "nodes", desired: 3, types: ["m5.large"], ...spec });
  attachGroup(bench.world, cluster, group, provider);
  const definition = defineTask(bench.region, { family: "web", cpu: 256, memory: 512 });
  const web = createService(bench.world, cluster, { name: "web", definition, desired: 3, ...service });
  const [container] = cluster.containerInstances.values();
  if (!container) throw new Error("no container instance");
  const drain = () =>
    bench.call("UpdateContainerInstancesState", {
      cluster: "prod",
      containerInstances: [container.arn],
      status: "DRAINING",
    });
  return { bench, cluster, group, web, definition, container, drain };
};

test("at 100 percent nothing stops until the replacement runs", async () => {
  const { bench, web, container, drain } = prepare();
  const [old] = container.tasks;
  await drain();
  let replaced = false;
  for (let step = 0; step < 60; step += 1) {
    await bench.after(500);
    const running = [...web.tasks].filter((task) => task.lastStatus === "RUNNING").length;
    expect(running).toBeGreaterThanOrEqual(3);
    if (old?.desiredStatus === "STOPPED") replaced = true;
  }
  expect(replaced).toBe(true);
  await bench.after(30_000);
  expect(old?.lastStatus).toBe("STOPPED");
  expect(container.tasks.size).toBe(0);
});

test("100 and 100 percent: draining cannot make progress", async () => {
  const { bench, container, drain } = prepare({ maximumPercent: 100 });
  await drain();
  await bench.after(300_000);
  expect([...container.tasks].map((task) => task.lastStatus)).toEqual(["RUNNING"]);
});

test("below 100 percent a task stops before its replacement runs", async () => {
  const { bench, container, drain } = prepare({ minimumHealthyPercent: 50, maximumPercent: 100 });
  const [old] = container.tasks;
  await drain();
  await bench.after(2_500);
  expect(old?.desiredStatus).toBe("STOPPED");
  await bench.after(60_000);
  expect(container.tasks.size).toBe(0);
});

test("DRAINING leaves standalone tasks alone, and daemons go last", async () => {
  const { bench, cluster, container, drain, definition } = prepare();
  createService(bench.world, cluster, { name: "agent", definition, strategy: "DAEMON" });
  for (let count = 0; count < 9; count += 1) runStandalone(bench.world, cluster, definition);
  await drain();
  await bench.after(120_000);
  const left = [...container.tasks];
  const standalone = left.filter((task) => task.service === null);
  expect(standalone.length).toBeGreaterThan(0);
  expect(left.filter((task) => task.service?.strategy === "DAEMON")).toHaveLength(1);
  for (const { arn } of standalone) await bench.call("StopTask", { cluster: "prod", task: arn });
  await bench.after(60_000);
  expect(container.tasks.size).toBe(0);
});

test("an instance's end stops its tasks, and the oracle knows who had not been told", async () => {
  const { bench, web, container } = prepare();
  const killed = [...container.tasks].map(({ arn }) => arn);
  interrupt(bench.world, container.instance.id);
  await bench.after(121_000);
  expect(bench.world.oracle.factsOf(container.instance.id)).toMatchObject({
    tasksKilled: killed,
    drainingAt: null,
    containersReady: [container.arn],
  });
  await bench.after(180_000);
  expect([...web.tasks].filter((task) => task.lastStatus === "RUNNING")).toHaveLength(3);
});

test("draining in time leaves nothing to kill", async () => {
  const { bench, container, drain } = prepare();
  interrupt(bench.world, container.instance.id);
  await drain();
  await bench.after(125_000);
  const facts = bench.world.oracle.factsOf(container.instance.id);
  expect(facts).toMatchObject({ tasksKilled: [], tasksCut: [], containersReady: [] });
  expect(facts?.emptyAt).toBeLessThan(facts?.deadline ?? 0);
});

test("no room: the placement fails, is told, and succeeds when an instance joins", async () => {
  const { bench, web, drain } = prepare({}, {}, { types: ["c5.medium"] });
  const wide = defineTask(bench.region, { family: "wide", cpu: 700, memory: 700 });
  createService(bench.world, web.cluster, { name: "wide", definition: wide, desired: 3 });
  await drain();
  await bench.after(20_000);
  expect(bench.events("ECS Service Action")[0]).toMatchObject({
    detail: { eventName: "SERVICE_TASK_PLACEMENT_FAILURE" },
  });
});

test("managed draining: ECS drains what its hook holds, and completes the hook", async () => {
  const { bench, group, container } = prepare({}, { managedDraining: true });
  const { id } = container.instance;
  await bench.call("TerminateInstanceInAutoScalingGroup", { InstanceId: id, ShouldDecrementDesiredCapacity: false });
  await bench.after(2_000);
  expect(container.status).toBe("DRAINING");
  await bench.after(180_000);
  expect(group.members.has(id)).toBe(false);
  expect(bench.world.oracle.factsOf(id)?.tasksKilled ?? []).toEqual([]);
});

test("the agent drains by itself only where its option is on", async () => {
  for (const agentSpotDraining of [true, false]) {
    const { bench, container } = prepare({}, { agentSpotDraining });
    interrupt(bench.world, container.instance.id);
    await bench.after(5_000);
    expect(container.status).toBe(agentSpotDraining ? "DRAINING" : "ACTIVE");
  }
});

test("a task behind a balancer deactivates until its target is gone", async () => {
  const { bench, cluster, definition } = prepare();
  const targets = createTargetGroup(bench.world, bench.region, {
    name: "ip",
    targetType: "ip",
    port: 8080,
    deregistrationDelay: 20,
    loadBalancer: "lb",
  });
  const api = createService(bench.world, cluster, { name: "api", definition, desired: 2, targetGroup: targets });
  const [task] = api.tasks;
  if (!task) throw new Error("no task");
  await bench.call("StopTask", { cluster: "prod", task: task.arn });
  expect(task.lastStatus).toBe("DEACTIVATING");
  await bench.after(19_000);
  expect(task.lastStatus).toBe("DEACTIVATING");
  await bench.after(35_000);
  expect(task.lastStatus).toBe("STOPPED");
});

test("an agent that lost its data registers anew: the old container instance stays, with its tasks and no agent", async () => {
  const { bench, cluster, container: old } = prepare();
  const { id } = old.instance;
  const other = createCluster(bench.region, "other");
  const now = registerAgain(bench.world, old.instance, other);
  const filter = `ec2InstanceId == ${id}`;
  const listed = async (name: string) =>
    (await bench.call("ListContainerInstances", { cluster: name, filter }))["containerInstanceArns"];
  expect(await listed("prod")).toEqual([old.arn]);
  expect(await listed("other")).toEqual([now.arn]);
  expect(old).toMatchObject({ status: "ACTIVE", agentConnected: false });
  expect(old.tasks.size).toBe(1);
  const [task] = old.tasks;
  await bench.call("StopTask", { cluster: "prod", task: task!.arn });
  await bench.after(300_000);
  expect(task?.lastStatus).toBe("STOPPING");
  interrupt(bench.world, id);
  await bench.after(600_000);
  expect(cluster.containerInstances.has(old.arn)).toBe(true);
  expect(other.containerInstances.size).toBe(0);
  deregisterContainer(bench.world, old);
  expect(cluster.containerInstances.has(old.arn)).toBe(false);
});
