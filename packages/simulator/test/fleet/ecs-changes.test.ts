import { expect, test } from "vitest";
import type { JsonObject } from "../../src/operation.ts";
import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  defineTask,
  deleteService,
  deployService,
  forceDeregister,
  loseAgent,
  reconnect,
  scaleService,
} from "../../src/fleet/index.ts";
import { createBench } from "./support.ts";

function prepare() {
  const bench = createBench();
  const { world, region } = bench;
  const cluster = createCluster(region, "prod");
  attachGroup(world, cluster, createGroup(world, region, { name: "nodes", desired: 3, types: ["m5.large"] }));
  const [blue, green] = ["blue", "green"].map((name) =>
    createTargetGroup(world, region, { name, targetType: "ip", deregistrationDelay: 0, loadBalancer: "lb" }),
  );
  const definition = defineTask(region, { family: "web" });
  const web = createService(world, cluster, {
    name: "web",
    definition,
    desired: 3,
    targetGroup: blue!,
    alternateTargetGroup: green!,
  });
  const described = async (): Promise<JsonObject> => {
    const answer = await bench.call("DescribeServices", { cluster: "prod", services: ["web"] });
    return (answer["services"] as JsonObject[])[0]!;
  };
  return { bench, world, cluster, web, blue: blue!, green: green!, described };
}

test("a deployment: a new revision replaces the tasks of the earlier one, in the other target group", async () => {
  const { bench, world, web, blue, green, described } = prepare();
  deployService(world, web);
  await bench.after(3_000);
  expect(await described()).toMatchObject({
    taskDefinition: expect.stringMatching(/web:2$/u) as unknown,
    deployments: [
      { status: "PRIMARY" },
      { status: "ACTIVE", taskDefinition: expect.stringMatching(/web:1$/u) as unknown },
    ],
  });
  await bench.after(300_000);
  expect([blue.targets.size, green.targets.size]).toEqual([0, 3]);
  expect([...web.tasks].map(({ definition }) => definition.revision)).toEqual([2, 2, 2]);
  expect((await described())["deployments"]).toHaveLength(1);
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
test.each([
  [0, 0],
  [50, 2],
] as const)(
  "a deployment of a daemon service (minimum %i) stops tasks of the earlier revision first, and leaves %i running",
  async (minimumHealthyPercent, least) => {
    const { bench, world, cluster } = prepare();
    const agent = defineTask(bench.region, { family: "agent", hostPort: 9_100 });
    const definition = { name: "agent", definition: agent, strategy: "DAEMON" as const };
    const daemon = createService(world, cluster, { ...definition, minimumHealthyPercent });
    const running = (): number => [...daemon.tasks].filter(({ lastStatus }) => lastStatus === "RUNNING").length;
    const seen: number[] = [];
    world.listeners.serviceChanged.push(() => void seen.push(running()));
    deployService(world, daemon);
    await bench.after(300_000);
    expect(Math.min(...seen)).toBe(least);
    expect(Math.max(...seen)).toBe(3);
    const revisions = [...daemon.tasks].map((task) => [task.definition.revision, task.lastStatus]);
    expect(revisions).toEqual(Array.from({ length: 3 }, () => [2, "RUNNING"]));
  },
);

test("a service is scaled, and deleted", async () => {
  const { bench, world, web, described } = prepare();
  scaleService(world, web, 5);
  await bench.after(60_000);
  expect(web.tasks.size).toBe(5);
  scaleService(world, web, 2);
  await bench.after(60_000);
  expect(web.tasks.size).toBe(2);
  deleteService(world, web);
  expect(await described()).toMatchObject({ status: "DRAINING", desiredCount: 0 });
  await bench.after(60_000);
  expect(await described()).toMatchObject({ status: "INACTIVE", runningCount: 0 });
  expect(await bench.call("ListServices", { cluster: "prod" })).toMatchObject({ serviceArns: [] });
});

test("an agent without a connection stops nothing until it is connected again", async () => {
  const { bench, world, cluster, web } = prepare();
  const [task] = web.tasks;
  const container = task!.containerInstance!;
  loseAgent(world, container);
  await bench.call("StopTask", { cluster: cluster.name, task: task!.arn });
  await bench.after(120_000);
  expect(task!.lastStatus).toBe("STOPPING");
  reconnect(world, container);
  await bench.after(60_000);
  expect(task!.lastStatus).toBe("STOPPED");
});

test("a container instance that is taken out by force: its tasks are forgotten, and start elsewhere", async () => {
  const { bench, world, cluster, web, blue } = prepare();
  const [task] = web.tasks;
  const container = task!.containerInstance!;
  forceDeregister(world, container);
  expect([cluster.containerInstances.has(container.arn), container.instance.containerInstance]).toEqual([false, null]);
  await bench.after(120_000);
  expect([web.tasks.size, blue.targets.size, web.tasks.has(task!)]).toEqual([3, 3, false]);
});
