import {
  createCluster,
  defineTask,
  deregisterContainer,
  interrupt,
  registerAgain,
  runStandalone,
} from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { expectSettled, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostsOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const statesOf = (box: Box): string[] =>
  [...box.region.clusters.values()].flatMap((cluster) =>
    [...cluster.containerInstances.values()]
      .filter(({ instance }) => instance.notice !== null)
      .map(({ status, agentConnected, tasks }) => `${status} ${agentConnected ? "live" : "old"} ${tasks.size}`),
  );

/** Four of the six instances registered again, before the inventory is swept: with a task or none left behind. */
const twice = (cluster: "the same" | "another", left: "tasks" | "nothing"): Parameters<typeof openBox>[0]["build"] => {
  return (world, region) => {
    shop({ web: { minimumHealthyPercent: 0 } })(world, region);
    const other = cluster === "another" ? createCluster(region, "other") : undefined;
    const all = [...region.instances.values()];
    const carrying = all.filter((one) => (one.containerInstance?.tasks.size ?? 0) > 0);
    const empty = all.filter((one) => one.containerInstance?.tasks.size === 0);
    for (const instance of left === "tasks" ? carrying : empty) registerAgain(world, instance, other);
  };
};

describe.each(["the same", "another"] as const)("an instance that is registered again, in %s cluster", (cluster) => {
  test.each([true, false])("both are drained where the old one has tasks (warm: %s)", async (warm) => {
    box = await openBox({ build: twice(cluster, "tasks"), warm });
    await box.run(60);
    const victims = [...box.region.instances.values()].filter(({ formerContainers }) => formerContainers.size > 0);
    expect(victims).toHaveLength(4);
    for (const victim of victims) interrupt(box.world, victim.id);
    await box.run(60);
    expect(statesOf(box).toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => "DRAINING live 0"),
      ...Array.from({ length: 4 }, () => "DRAINING old 1"),
    ]);
    // The alert counts the tasks of both, so that the service is known to lose all that it had.
    const [first] = toldOf(box, victims[0]!.id);
    expect(first?.impact).toMatchObject([{ service: "web", doomed: 4, survives: 0 }]);
    await box.run(1_200);
    expect(box.failures).toEqual([]);
  });

  test("the old one is left alone where it has none", async () => {
    box = await openBox({ build: twice(cluster, "nothing"), warm: true });
    await box.run(60);
    const victims = [...box.region.instances.values()].filter(({ formerContainers }) => formerContainers.size > 0);
    expect(victims).toHaveLength(2);
    for (const victim of victims) interrupt(box.world, victim.id);
    await box.run(60);
    expect(statesOf(box).toSorted()).toEqual(["ACTIVE old 0", "ACTIVE old 0", "DRAINING live 0", "DRAINING live 0"]);
    await box.run(1_200);
    await expectSettled(box);
  });

  test("what is said of the old one says nothing of the live one", async () => {
    box = await openBox({ build: shop(), warm: true });
    await box.run(60);
    const [victim] = hostsOf(box.region);
    const old = victim!.containerInstance!;
    registerAgain(box.world, victim!, cluster === "another" ? createCluster(box.region, "other") : undefined);
    await box.run(5);
    // The agent's loss is told after the new registration, and then that the old one has left.
    deregisterContainer(box.world, old);
    await box.run(5);
    interrupt(box.world, victim!.id);
    await box.run(60);
    expect(statesOf(box)).toEqual(["DRAINING live 0"]);
    await box.run(1_200);
    await expectSettled(box);
  });

  test("a cancelled notice: each is set to ACTIVE again", async () => {
    box = await openBox({ build: twice(cluster, "tasks"), warm: true });
    await box.run(60);
    const [victim] = [...box.region.instances.values()].filter(({ formerContainers }) => formerContainers.size > 0);
    interrupt(box.world, victim!.id, { survives: true });
    await box.run(60);
    expect(statesOf(box)).toHaveLength(2);
    expect(statesOf(box).every((state) => state.startsWith("DRAINING"))).toBe(true);
    await box.run(1_200);
    expect((await box.incident(victim!.id)).outcome).toBe("cancelled");
    expect(statesOf(box).every((state) => state.startsWith("ACTIVE"))).toBe(true);
  });
});

test("a standalone task that was left behind is counted", async () => {
  box = await openBox({
    build(world, region) {
      shop()(world, region);
      const cluster = region.clusters.get("shop");
      runStandalone(world, cluster!, defineTask(region, { family: "report" }));
      for (const instance of region.instances.values())
        if ([...(instance.containerInstance?.tasks ?? [])].some((task) => task.service === null))
          registerAgain(world, instance, createCluster(region, "other"));
    },
  });
  await box.run(60);
  const [victim] = [...box.region.instances.values()].filter(({ formerContainers }) => formerContainers.size > 0);
  interrupt(box.world, victim!.id);
  await box.run(60);
  expect((await box.incident(victim!.id)).labels).toMatchObject({ cluster: "other", standaloneTasks: 1 });
  await box.run(1_200);
});
