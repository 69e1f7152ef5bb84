import { expect, test } from "vitest";
import type { JsonObject } from "../../src/operation.ts";
import { drawAddresses, drawPort } from "../../src/fleet/ecs/addresses.ts";
import type { ServiceSpec } from "../../src/fleet/ecs/clusters.ts";
import type { TaskDefinitionSpec } from "../../src/fleet/ecs/definitions.ts";
import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  defineTask,
  runStandalone,
  setContainerState,
} from "../../src/fleet/index.ts";
import { createBench } from "./support.ts";

function prepare(desired = 2) {
  const bench = createBench();
  const cluster = createCluster(bench.region, "prod");
  const group = createGroup(bench.world, bench.region, { name: "nodes", desired, types: ["m5.large"] });
  attachGroup(bench.world, cluster, group);
  const targets = (name: string, targetType: "instance" | "ip") =>
    createTargetGroup(bench.world, bench.region, { name, targetType, deregistrationDelay: 0, loadBalancer: "lb" });
  const service = (spec: Partial<ServiceSpec>, definition: Partial<TaskDefinitionSpec>) =>
    createService(bench.world, cluster, {
      name: "web",
      definition: defineTask(bench.region, { family: "web", cpu: 128, memory: 128, ...definition }),
      ...spec,
    });
  const described = async (arn: string) => {
    const answer = await bench.call("DescribeTasks", { cluster: "prod", tasks: [arn] });
    const [task] = answer["tasks"] as JsonObject[];
    return task;
  };
  return { bench, cluster, targets, service, described };
}

test("bridge: a task is its instance, at a port that was found for it", async () => {
  const { targets, service, described } = prepare();
  const front = targets("front", "instance");
  const web = service({ desired: 3, targetGroup: front }, { networkMode: "bridge" });
  const [task] = web.tasks;
  expect(front.targets.size).toBe(3);
  expect(front.targets.has(`${task!.containerInstance!.instance.id}:${task!.hostPort}`)).toBe(true);
  expect(await described(task!.arn)).toMatchObject({
    attachments: [],
    containers: [{ networkInterfaces: [], networkBindings: [{ hostPort: task!.hostPort }] }],
  });
});

test("host: a port of its own, which no other task of the instance can take", async () => {
  const { bench, targets, service } = prepare();
  const front = targets("front", "instance");
  const web = service({ desired: 3, targetGroup: front, mayLackRoom: true }, { networkMode: "host", hostPort: 8080 });
  const instances = [...web.tasks].map((task) => task.containerInstance!.instance.id);
  expect([...front.targets.keys()].toSorted()).toEqual(instances.map((id) => `${id}:8080`).toSorted());
  expect(new Set(instances).size).toBe(2);
  await bench.after(5_000);
  expect(web.messages[0]?.message).toContain("unable to place a task");
});

test("awsvpc: a task has an address of each family that its subnet gives, and several target groups have it", async () => {
  const { targets, service, described } = prepare();
  const [one, other] = [targets("one", "ip"), targets("other", "ip")];
  const web = service({ targetGroup: one, moreTargetGroups: [other], addresses: "both" }, { networkMode: "awsvpc" });
  const [task] = web.tasks;
  expect([...one.targets.keys(), ...other.targets.keys()]).toEqual([
    `${task!.privateIp}:8080`,
    `${task!.privateIp}:8080`,
  ]);
  expect(await described(task!.arn)).toMatchObject({
    attachments: [
      {
        details: [
          { name: "privateIPv4Address", value: task!.privateIp },
          { name: "ipv6Address", value: task!.secondIp },
        ],
      },
    ],
    containers: [{ networkInterfaces: [{ privateIpv4Address: task!.privateIp, ipv6Address: task!.secondIp }] }],
  });
});

test("a container that ignores SIGTERM is killed when its grace is over", async () => {
  const { bench, service } = prepare();
  const [task] = service({}, { ignoresSigterm: true, stopTimeout: 60 }).tasks;
  await bench.call("StopTask", { cluster: "prod", task: task!.arn });
  await bench.after(59_000);
  expect(task!.lastStatus).toBe("STOPPING");
  await bench.after(2_000);
  expect([task!.lastStatus, task!.exitCode]).toEqual(["STOPPED", 137]);
});

test("a container that fails is started again, as often as it fails", async () => {
  const { bench, service } = prepare();
  const web = service({}, { failsAfter: 30_000 });
  const seen = new Set([...web.tasks]);
  for (let minute = 0; minute < 5; minute += 1) {
    await bench.after(60_000);
    for (const task of web.tasks) seen.add(task);
  }
  expect(seen.size).toBeGreaterThan(3);
  expect([...seen][0]).toMatchObject({ stopCode: "EssentialContainerExited", exitCode: 1 });
});

test("what protects itself runs on while its instance drains, until it is told to stop", async () => {
  const { bench, cluster, service } = prepare();
  const web = service({ protects: 600_000, minimumHealthyPercent: 0 }, {});
  const [task] = web.tasks;
  const [ready] = cluster.containerInstances.values();
  await bench.call("StopTask", { cluster: "prod", task: task!.arn });
  await bench.after(60_000);
  expect(task!.lastStatus).toBe("STOPPED");
  const [next] = web.tasks;
  const host = next!.containerInstance ?? ready!;
  setContainerState(bench.world, host, "DRAINING");
  await bench.after(300_000);
  expect(next!.lastStatus).toBe("RUNNING");
});

test("a task of nobody's has the group that its caller named; where no instance has room there is none", () => {
  const { bench, cluster } = prepare(1);
  const definition = defineTask(bench.region, { family: "report", cpu: 1_100, memory: 128 });
  expect(runStandalone(bench.world, cluster, definition, { group: "nightly" })?.group).toBe("nightly");
  expect(runStandalone(bench.world, cluster, definition)).toBe(null);
});

test("no two tasks of a region have one address, and no two of a container instance one port", () => {
  const drawn = [7, 7, 7, 7, 7, 7, 7, 7, 8];
  const random = { ...createBench().world.random, int: () => drawn.shift() ?? 9 };
  const addresses = new Set<string>();
  const awsvpc = (): string => drawAddresses(random, addresses, "awsvpc", null, null).privateIp;
  expect([awsvpc(), awsvpc()]).toEqual(["172.23.7.7", "172.23.7.8"]);
  const { service } = prepare(1);
  const [task] = service({ desired: 1 }, {}).tasks;
  const container = task?.containerInstance ?? null;
  const ports = [(task?.hostPort ?? 0) - 32_768, 5];
  expect(drawPort({ ...random, int: () => ports.shift() ?? 0 }, container)).toBe(32_773);
});
