import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { effects, expectSettled, step } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, hostOf, hostOfStandalone, scaleIn, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** Nothing keeps a task that was told to stop. */
const settings = { taskExit: [1_000, 2_000] } as const;
const ssm = { document: "drain-shop", parameters: {}, parameterPath: null };

test.each([
  ["a warning of which only the margin is left", 100, 110_000],
  ["a warning at once, with a margin that leaves no time", 0, 120_000],
  ["a warning after its own deadline less the margin", 115, 10_000],
])("%s: all that is to be done is begun while the instance lives", async (_what, late, margin) => {
  box = await openBox({
    build: shop({ standalone: true, stopTimeout: 30 }),
    warm: true,
    actions: { margin, ssm },
    settings: { taskExit: [...settings.taskExit] },
  });
  const victim = hostOfStandalone(box.region);
  const warnedAt = box.clock.now();
  interrupt(box.world, victim.id, { late: late * 1_000 });
  await box.run(1_500);
  const begun = (["drain", "stop-task", "run-command"] as const).map((kind) => effects(box, kind)[0]?.at ?? Infinity);
  expect(Math.max(...begun)).toBeLessThan(warnedAt + late * 1_000 + 3_000);
  const { tasksKilled, targetsLost } = box.world.oracle.factsOf(victim.id)!;
  expect({ tasksKilled, targetsLost }).toEqual({ tasksKilled: [], targetsLost: [] });
  const incident = await box.incident(victim.id);
  // Nothing was waited for: the margin leaves no time for it.
  const waited = step(incident, "drain-tasks");
  expect(waited).toMatchObject({ state: "abandoned", reason: expect.stringContaining("told to stop") });
  expect(waited.settledAt).toBeLessThan(warnedAt + late * 1_000 + 3_000);
  await expectSettled(box);
});

test("set to DRAINING only within the margin: tasks are told to stop all the same", async () => {
  box = await openBox({
    build: shop({ standalone: true, stopTimeout: 5 }),
    warm: true,
    actions: { margin: 40_000 },
    settings: { taskExit: [1_000, 2_000] },
  });
  const victim = hostOfStandalone(box.region);
  const mend = box.simulator.faults.add({
    match: { operation: "UpdateContainerInstancesState" },
    effect: { kind: "throttle" },
  });
  box.clock.setTimer(box.clock.now() + 85_000, mend);
  interrupt(box.world, victim.id);
  await box.run(1_500);
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [] });
  await expectSettled(box);
});

test("a StopTask that AWS throttles at the end is tried on until the deadline", async () => {
  box = await openBox({
    build: shop({ standalone: true, stopTimeout: 5 }),
    warm: true,
    settings: { taskExit: [1_000, 2_000] },
  });
  const victim = hostOfStandalone(box.region);
  const warnedAt = box.clock.now();
  const mend = box.simulator.faults.add({ match: { operation: "StopTask" }, effect: { kind: "throttle" } });
  box.clock.setTimer(warnedAt + 112_000, mend);
  interrupt(box.world, victim.id);
  await box.run(1_500);
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [] });
  await expectSettled(box);
});

test("a scale-in with next to no time to drain: tasks are told to stop, and the hook is answered", async () => {
  box = await openBox({
    build: shop({
      group: { desired: 2, max: 2, suspended: ["Launch"] },
      web: { minimumHealthyPercent: 100, maximumPercent: 100 },
    }),
    warm: true,
    actions: { drainWithin: 1_000 },
    settings: { taskExit: [1_000, 2_000] },
  });
  const victim = hostOf(box.region);
  const began = box.clock.now();
  scaleIn(box.world, groupOf(box.region));
  await box.run(1_500);
  const gone = [...box.world.instances.values()].find(({ state }) => state !== "running") ?? victim;
  const incident = await box.incident(gone.id);
  expect(step(incident, "complete").settledAt).toBeLessThan(began + 60_000);
  expect(effects(box, "stop-task").length).toBeGreaterThan(0);
  await expectSettled(box);
});
