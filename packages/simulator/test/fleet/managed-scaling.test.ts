import { expect, test } from "vitest";
import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  defineTask,
  type Group,
  scaleService,
  type Service,
} from "../../src/fleet/index.ts";
import { type Bench, createBench } from "./support.ts";

const MINUTE = 60_000;

/** Two instances, with room for one task each. */
function shopOf(bench: Bench, spec: { readonly suspended?: readonly string[]; readonly launch?: "EC2" } = {}) {
  const { world, region } = bench;
  const cluster = createCluster(region, "shop");
  const { suspended = [] } = spec;
  const group: Group = createGroup(world, region, {
    name: "nodes",
    desired: 2,
    min: 0,
    max: 4,
    types: ["m5.large"],
    suspended,
  });
  const { name } = attachGroup(world, cluster, group, { managedScaling: true });
  const service: Service = createService(world, cluster, {
    name: "web",
    definition: defineTask(region, { family: "web", cpu: 1_100 }),
    desired: 2,
    launch: spec.launch ?? [{ provider: name, base: 0, weight: 1 }],
  });
  return { group, service };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html */
test("tasks that find no room raise the desired capacity within the maximum, within minutes", async () => {
  const bench = createBench();
  const { group, service } = shopOf(bench);
  scaleService(bench.world, service, 6);
  await bench.after(2 * MINUTE);
  expect(group.desired).toBe(4);
  await bench.after(5 * MINUTE);
  expect([...service.tasks].filter(({ lastStatus }) => lastStatus === "RUNNING")).toHaveLength(4);
  expect(group.desired).toBe(4);
});

test("instances without tasks lower it after fifteen minutes", async () => {
  const bench = createBench();
  const { group, service } = shopOf(bench);
  scaleService(bench.world, service, 1);
  await bench.after(14 * MINUTE);
  expect(group.desired).toBe(2);
  await bench.after(4 * MINUTE);
  expect(group.desired).toBe(1);
});

test("a task without a capacity provider strategy raises nothing, and nor does anything while alarms are suspended", async () => {
  for (const spec of [{ launch: "EC2" }, { suspended: ["AlarmNotification"] }] as const) {
    const bench = createBench();
    const { group, service } = shopOf(bench, spec);
    scaleService(bench.world, service, 6);
    await bench.after(10 * MINUTE);
    expect(group.desired).toBe(2);
  }
});
