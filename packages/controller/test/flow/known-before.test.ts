import { defineTask, type FaultMatch, type Instance, interrupt, runStandalone } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import type { AlertModel } from "../../src/notify/alert.ts";
import { expectSettled, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOfStandalone, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const NOTHING = "no ECS task is affected";

/** An instance on which nothing ran when the sweep looked; since then a task of no service has begun to run on it. */
async function filledSince(): Promise<Instance> {
  box = await openBox({ build: shop({ web: { desired: 0 } }), warm: true });
  const cluster = box.region.clusters.get("shop")!;
  runStandalone(box.world, cluster, defineTask(box.region, { family: "report", cpu: 256, memory: 256 }));
  await box.run(60);
  const host = hostOfStandalone(box.region);
  expect([...host.containerInstance!.tasks]).toHaveLength(1);
  return host;
}

/** Lets calls fail from now on, for so many seconds. */
function fail(match: FaultMatch, seconds: number, kind: "reset" | "throttle" = "reset"): void {
  const mend = box.simulator.faults.add({ match, effect: { kind } });
  box.clock.setTimer(box.clock.now() + seconds * 1_000, mend);
}

const first = (alerts: readonly AlertModel[]): AlertModel => {
  const [one] = alerts;
  if (one === undefined) throw new Error("nobody was told");
  return one;
};

describe("a task that was placed on the instance since it was last looked at", () => {
  test.each<[string, FaultMatch]>([
    ["AWS is unreachable", {}],
    ["ECS does not list tasks", { operation: "ListTasks" }],
  ])("%s: nobody is told that no task is affected, but that it is not known", async (_, match) => {
    const victim = await filledSince();
    fail(match, 30);
    interrupt(box.world, victim.id);
    await box.run(20);
    const { stakes, missing, members } = first(toldOf(box, victim.id));
    expect(stakes).not.toContain(NOTHING);
    expect(missing.join("\n")).toContain("tasks: ");
    expect(members[0]?.standaloneTasks).toBe(0);
    await box.run(1_200);
    const later = toldOf(box, victim.id).filter(({ phase }) => phase !== "receipt");
    expect(later.flatMap((one) => one.stakes)).not.toContain(NOTHING);
    expect(later[0]?.stakes).toContain("1 standalone task that no service starts again");
    await expectSettled(box);
  });

  test("AWS answers late: what is known from before is not told as nothing", async () => {
    const victim = await filledSince();
    fail({ operation: "ListTasks" }, 9, "throttle");
    interrupt(box.world, victim.id);
    await box.run(60);
    expect(first(toldOf(box, victim.id)).missing.join()).toContain("tasks: ");
    expect(toldOf(box, victim.id).flatMap(({ stakes }) => stakes)).not.toContain(NOTHING);
    await box.run(1_200);
    await expectSettled(box);
  });

  test("the journal does not say that there are none", async () => {
    const victim = await filledSince();
    interrupt(box.world, victim.id);
    await box.run(1_200);
    const said = box.entries.filter(({ text }) => /^\d+ tasks? on it/.test(text)).map(({ text }) => text);
    expect(said).toEqual(["1 task on it: 1 standalone"]);
  });
});

test("nothing runs on it, and AWS says so: people are told at once", async () => {
  box = await openBox({ build: shop({ web: { desired: 0 } }), warm: true });
  const victim = [...box.region.instances.values()].find(
    ({ containerInstance }) => containerInstance?.tasks.size === 0,
  );
  await box.run(60);
  interrupt(box.world, victim!.id);
  await box.run(20);
  expect(first(toldOf(box, victim!.id))).toMatchObject({ stakes: [NOTHING], missing: [] });
});
