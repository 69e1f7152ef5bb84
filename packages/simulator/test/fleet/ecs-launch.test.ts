import { expect, test } from "vitest";
import {
  addManagedInstances,
  attachGroup,
  createCluster,
  createGroup,
  createService,
  defineTask,
  interrupt,
  scaleService,
  type Service,
} from "../../src/fleet/index.ts";
import { type Bench, createBench } from "./support.ts";

const definitionOf = ({ region }: Bench): ReturnType<typeof defineTask> => defineTask(region, { family: "web" });

const providersOf = ({ tasks }: Service): string[] =>
  [...tasks].map(({ capacityProvider }) => capacityProvider ?? "none").toSorted();

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html */
test("a strategy fills the base first, and shares what is above it by the weights", async () => {
  const bench = createBench();
  const cluster = createCluster(bench.region, "shop");
  const launch = [
    { provider: "FARGATE", base: 2, weight: 1 },
    { provider: "FARGATE_SPOT", base: 0, weight: 3 },
  ];
  const service = createService(bench.world, cluster, {
    name: "web",
    definition: definitionOf(bench),
    desired: 2,
    launch,
  });
  expect(providersOf(service)).toEqual(["FARGATE", "FARGATE"]);
  scaleService(bench.world, service, 6);
  await bench.after(120_000);
  expect(providersOf(service)).toEqual([
    "FARGATE",
    "FARGATE",
    "FARGATE",
    "FARGATE_SPOT",
    "FARGATE_SPOT",
    "FARGATE_SPOT",
  ]);
  const { tasks } = await bench.call("DescribeTasks", {
    cluster: "shop",
    tasks: [...service.tasks].map(({ arn }) => arn),
  });
  expect(tasks).toMatchObject(
    [...service.tasks].map(({ capacityProvider }) => ({
      launchType: "FARGATE",
      capacityProviderName: capacityProvider,
    })),
  );
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html */
test("a service on Fargate by its launch type names no capacity provider", async () => {
  const bench = createBench();
  const cluster = createCluster(bench.region, "shop");
  createService(bench.world, cluster, { name: "web", definition: definitionOf(bench), launch: "FARGATE" });
  const { services } = await bench.call("DescribeServices", { cluster: "shop", services: ["web"] });
  expect(services).toMatchObject([{ launchType: "FARGATE" }]);
  expect(services).not.toMatchObject([{ capacityProviderStrategy: expect.anything() }]);
});

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html */
test("Managed Instances have the tasks that ask for them; ECS drains one that is warned of, and launches another", async () => {
  const bench = createBench();
  const { world, region } = bench;
  const cluster = createCluster(region, "shop");
  attachGroup(world, cluster, createGroup(world, region, { name: "nodes", desired: 1, types: ["m5.large"] }));
  const provider = addManagedInstances(world, cluster, { name: "managed", purchase: "spot", count: 1 });
  const launch = [{ provider: "managed", base: 0, weight: 1 }];
  const managed = createService(world, cluster, { name: "web", definition: definitionOf(bench), desired: 2, launch });
  const other = createService(world, cluster, { name: "api", definition: definitionOf(bench), desired: 2 });
  const hostsOf = ({ tasks }: Service): unknown[] =>
    [...tasks].map((one) => one.containerInstance?.capacityProvider?.name);
  expect([hostsOf(managed), hostsOf(other)]).toEqual([
    ["managed", "managed"],
    ["nodes-provider", "nodes-provider"],
  ]);
  const [first] = [...region.instances.values()].filter(({ managedBy }) => managedBy === provider);
  const asked = { Filters: [{ Name: "instance-id", Values: [first?.id ?? ""] }] };
  expect(await bench.call("DescribeInstances", asked)).toMatchObject({ Reservations: [] });
  expect(await bench.failure("TerminateInstances", { InstanceIds: [first?.id ?? ""] })).toBe("OperationNotPermitted");
  interrupt(world, first?.id ?? "");
  await bench.after(20_000);
  expect(first?.containerInstance?.status).toBe("DRAINING");
  await bench.after(280_000);
  expect(first?.state).toBe("terminated");
  expect(hostsOf(managed)).toEqual(["managed", "managed"]);
  const { tasks } = await bench.call("DescribeTasks", {
    cluster: "shop",
    tasks: [...managed.tasks].map(({ arn }) => arn),
  });
  expect(tasks).toMatchObject([{ launchType: "MANAGED_INSTANCES" }, { launchType: "MANAGED_INSTANCES" }]);
});
