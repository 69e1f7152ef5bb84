import { expect, test } from "vitest";
import {
  attachGroup,
  type Cluster,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  defineTask,
  deployService,
  type Service,
  setContainerState,
} from "../../src/fleet/index.ts";
import { type Bench, createBench } from "./support.ts";

function webOf(bench: Bench, controller: "CODE_DEPLOY" | "EXTERNAL"): { service: Service; cluster: Cluster } {
  const { world, region } = bench;
  const cluster = createCluster(region, "shop");
  attachGroup(world, cluster, createGroup(world, region, { name: "nodes", desired: 3, types: ["m5.large"] }));
  const [blue, green] = ["blue", "green"].map((name) =>
    createTargetGroup(world, region, { name, targetType: "ip", loadBalancer: "web" }),
  );
  const service = createService(world, cluster, {
    name: "web",
    definition: defineTask(region, { family: "web", networkMode: "awsvpc" }),
    desired: 3,
    controller,
    targetGroup: blue ?? null,
    alternateTargetGroup: green ?? null,
  });
  return { service, cluster };
}

const describe = async (bench: Bench): Promise<unknown> => {
  const { services } = await bench.call("DescribeServices", { cluster: "shop", services: ["web"] });
  return services;
};

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html */
test("CodeDeploy begins a second task set in the other target group, makes it primary, and deletes the first", async () => {
  const bench = createBench();
  const { service } = webOf(bench, "CODE_DEPLOY");
  const [blue] = service.taskSets;
  expect(await describe(bench)).toMatchObject([
    {
      deploymentController: { type: "CODE_DEPLOY" },
      deployments: [],
      taskDefinition: blue?.definition.arn,
      loadBalancers: [{ targetGroupArn: blue?.targetGroup?.arn }],
      taskSets: [
        { id: blue?.id, status: "PRIMARY", startedBy: "CODE_DEPLOY", runningCount: 3, computedDesiredCount: 3 },
      ],
    },
  ]);
  deployService(bench.world, service);
  await bench.after(5_000);
  expect(service.taskSets.map(({ status, targetGroup }) => [status, targetGroup?.name])).toEqual([
    ["PRIMARY", "blue"],
    ["ACTIVE", "green"],
  ]);
  await bench.after(600_000);
  const [green] = service.taskSets;
  expect(await describe(bench)).toMatchObject([
    {
      taskDefinition: green?.definition.arn,
      runningCount: 3,
      taskSets: [{ status: "PRIMARY", scale: { value: 100 } }],
    },
  ]);
  expect(service.taskSets.map(({ targetGroup }) => targetGroup?.name)).toEqual(["green"]);
  expect(new Set([...service.tasks].map(({ startedBy }) => startedBy))).toEqual(new Set([green?.id]));
});

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html */
test("another controller scales its task set by percent, rounded up; without a primary one the service has none of its fields", async () => {
  const bench = createBench();
  const { service } = webOf(bench, "EXTERNAL");
  deployService(bench.world, service);
  await bench.after(5_000);
  const [old, fresh] = service.taskSets;
  expect(await describe(bench)).toMatchObject([
    { taskSets: [{ computedDesiredCount: 3 }, { computedDesiredCount: 2 }] },
  ]);
  if (old === undefined || fresh === undefined) throw new Error("a task set is missing");
  old.status = "ACTIVE";
  const [without] = (await describe(bench)) as object[];
  expect(without).toMatchObject({ loadBalancers: [] });
  expect(without).not.toHaveProperty("taskDefinition");
});

test("draining replaces the tasks of each task set within that", async () => {
  const bench = createBench();
  const { service, cluster } = webOf(bench, "CODE_DEPLOY");
  const [container] = [...cluster.containerInstances.values()];
  if (container === undefined) throw new Error("no container instance");
  setContainerState(bench.world, container, "DRAINING");
  await bench.after(600_000);
  expect(container.tasks.size).toBe(0);
  const [only] = service.taskSets;
  expect([...service.tasks].map(({ taskSet }) => taskSet)).toEqual([only, only, only]);
});
