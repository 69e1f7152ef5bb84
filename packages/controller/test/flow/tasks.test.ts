import { failTask, interrupt, setContainerState, stopTask } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOf, hostOfStandalone, shop } from "./fleet.ts";

type Task = Parameters<typeof stopTask>[1];

let box: Box;
afterEach(() => box.close());

test.each([30, 60, 120])(
  "a standalone task with a stopTimeout of %i s is stopped in time for it",
  async (stopTimeout) => {
    box = await openBox({
      build: shop({ standalone: true, stopTimeout }),
      // It needs all of its time, short of what is left at most.
      settings: { taskExit: [Math.min(stopTimeout, 100) * 1000 - 2_000, Math.min(stopTimeout, 100) * 1000 - 1_000] },
    });
    await box.run(60);
    const victim = hostOfStandalone(box.region);
    const warnedAt = box.clock.now();
    interrupt(box.world, victim.id);
    await box.run(1_500);
    const stopped = effects(box, "stop-task");
    expect(stopped.length).toBeGreaterThan(0);
    // As late as it may be, so that what could finish does; at once where not even that is enough.
    const latest = Math.max(warnedAt, warnedAt + 110_000 - stopTimeout * 1000);
    expect(stopped[0]?.at).toBeGreaterThanOrEqual(latest);
    expect(stopped[0]?.at).toBeLessThan(latest + 2_000);
    expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], tasksCut: [] });
    expect(toldOf(box, victim.id)[0]?.stakes).toContain("1 standalone task that no service starts again");
    await expectSettled(box);
  },
);

test("minimumHealthyPercent 100 and no room elsewhere: ECS stops nothing, so it is told in time", async () => {
  box = await openBox({
    build: shop({
      group: { desired: 2, max: 2, suspended: ["Launch"] },
      web: { desired: 4, minimumHealthyPercent: 100, maximumPercent: 100 },
    }),
  });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(40);
  expect(effects(box, "stop-task")).toEqual([]);
  await box.run(85);
  expect(effects(box, "stop-task").length).toBeGreaterThan(0);
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [] });
});

test("daemons are left alone", async () => {
  box = await openBox({ build: shop({ daemon: true }) });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(1_500);
  expect(effects(box, "stop-task")).toEqual([]);
  expect((await box.incident(victim.id)).outcome).toBe("drained");
  await expectSettled(box);
});

test("tasks that somebody had told to stop before anybody looked are waited for", async () => {
  box = await openBox({
    build: shop({ web: { desired: 4, minimumHealthyPercent: 0 }, stopTimeout: 100 }),
    settings: { taskExit: [90_000, 91_000] },
  });
  const victim = hostOf(box.region);
  setContainerState(box.world, victim.containerInstance!, "DRAINING");
  await box.run(10);
  expect(victim.containerInstance!.tasks.size).toBeGreaterThan(0);
  interrupt(box.world, victim.id);
  await box.run(1_500);
  const { emptyAt } = box.world.oracle.factsOf(victim.id)!;
  expect(emptyAt).not.toBeNull();
  const { drainedAt } = await box.incident(victim.id);
  expect(drainedAt).toBeGreaterThanOrEqual(emptyAt!);
});

describe.each([true, false])("a task that others told to stop before the warning, inventory warm: %s", (warm) => {
  /** Tells all tasks of an instance to stop, as a deployment or a person does; the containers take almost 120 s. */
  async function toldBefore(which: (task: Task) => boolean): Promise<{ readonly id: string; readonly task: Task }> {
    box = await openBox({
      build: shop({ standalone: true, stopTimeout: 120 }),
      settings: { taskExit: [118_000, 119_000] },
    });
    const victim = [...box.region.instances.values()].find((one) =>
      [...(one.containerInstance?.tasks ?? [])].some(which),
    )!;
    const task = [...victim.containerInstance!.tasks].find(which)!;
    for (const one of victim.containerInstance!.tasks) stopTask(box.world, one, "UserInitiated", "told by a person");
    await (warm ? box.sweep() : box.run(60));
    interrupt(box.world, victim.id);
    return { id: victim.id, task };
  }

  test.each<[string, (task: Task) => boolean]>([
    ["of a service", (task) => task.service !== null],
    ["of no service", (task) => task.service === null],
  ])("%s is waited for", async (_name, which) => {
    const { id, task } = await toldBefore(which);
    await box.run(1_500);
    expect(task.stoppedAt).not.toBeNull();
    expect((await box.incident(id)).drainedAt).toBeGreaterThanOrEqual(task.stoppedAt!);
    await expectSettled(box);
  });

  test("counts in the alert", async () => {
    const { id } = await toldBefore((task) => task.service === null);
    await box.run(30);
    expect(toldOf(box, id).at(-1)?.stakes).toContain("1 standalone task that no service starts again");
  });
});

test("a task that had ended by itself before the warning is no loss", async () => {
  box = await openBox({ build: shop({ web: { desired: 4 } }), warm: true });
  const victim = hostOf(box.region);
  for (const task of [...victim.containerInstance!.tasks]) failTask(box.world, task);
  await box.run(60);
  const doomed = [...victim.containerInstance!.tasks].filter(({ lastStatus }) => lastStatus === "RUNNING").length;
  expect(doomed).toBeGreaterThan(0);
  interrupt(box.world, victim.id);
  await box.run(30);
  expect(toldOf(box, victim.id).at(-1)?.impact).toMatchObject([{ service: "web", running: 4, doomed }]);
});

test("a task that was still starting when its host was last looked at is at stake like any other", async () => {
  box = await openBox({ build: shop({ web: { desired: 4 } }), warm: true });
  const victim = hostOf(box.region);
  const { arn, tasks } = victim.containerInstance!;
  const known = box.inventory.get("tasks", arn)?.value ?? [];
  const starting = known.map((task) => ({ ...task, lastStatus: "PENDING" }));
  box.inventory.put("tasks", arn, starting, box.clock.now());
  const doomed = tasks.size;
  interrupt(box.world, victim.id);
  await box.run(30);
  expect(toldOf(box, victim.id).at(-1)?.impact).toMatchObject([{ service: "web", running: 4, doomed }]);
});
