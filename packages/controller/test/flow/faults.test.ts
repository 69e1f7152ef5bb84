import { interrupt, type FaultEffect } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled, step, toldOf, writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { HOOK, hostOf, hostsOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const BROKEN: [string, FaultEffect][] = [
  ["throttled", { kind: "throttle" }],
  ["denied", { kind: "denied" }],
  ["slow", { kind: "latency", ms: 60_000 }],
  ["cut off", { kind: "reset" }],
  ["answered with a page of HTML", { kind: "html" }],
];

describe.each(BROKEN)("reads are %s", (_how, effect) => {
  test("draining starts from the inventory", async () => {
    box = await openBox({ build: shop(), warm: true });
    await box.run(5);
    box.simulator.faults.add({ match: { mutating: false }, effect });
    const victim = hostOf(box.region);
    const warnedAt = box.clock.now();
    interrupt(box.world, victim.id);
    await box.run(5);
    expect(effects(box, "drain")[0]?.at).toBeLessThan(warnedAt + 2_000);
    expect(effects(box, "deregister")).toHaveLength(victim.targets.size);
    await box.run(120);
    expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], targetsLost: [] });
    box.simulator.faults.clear();
    await box.run(2_000);
    await expectSettled(box);
  });

  test("without an entry the alert says what could not be learnt, and why", async () => {
    box = await openBox({ build: shop() });
    await box.run(60);
    box.simulator.faults.add({ match: { mutating: false }, effect });
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(40);
    const told = toldOf(box, victim.id).at(-1);
    expect(told?.headline).toMatch(/ is reclaimed, \d+ s left$/);
    expect(told?.missing.join()).toMatch(/instance: \w+/);
    expect(told?.stakes).not.toContain("no ECS task is affected");
    await box.run(2_000);
    const doc = await box.incident(victim.id);
    expect(step(doc, `complete:${HOOK}`).state).toBe("done");
    // Nobody could be asked what ran there: that is no drained instance.
    expect(doc.outcome).toBe("deadline-passed");
    expect(doc.goneAt).not.toBeNull();
    await expectSettled(box);
  });
});

describe("writes", () => {
  test.each<[string, FaultEffect]>([
    ["throttled", { kind: "throttle" }],
    ["lost after they were performed", { kind: "lost" }],
    ["cut off", { kind: "reset" }],
    ["answered with a page of HTML", { kind: "html" }],
    ["hanging", { kind: "hang" }],
  ])("%s for a while: tried again, and each takes effect once", async (_how, effect) => {
    box = await openBox({ build: shop(), actions: { replace: "detach" } });
    await box.run(60);
    box.simulator.faults.add({ match: { mutating: true }, effect, times: 6 });
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(1_800);
    expect(effects(box, "drain")).toHaveLength(1);
    expect(effects(box, "detach")).toHaveLength(1);
    expect(effects(box, "launch")).toHaveLength(1);
    expect(effects(box, "terminate")).toHaveLength(1);
    expect((await box.incident(victim.id)).outcome).toBe("drained");
    await expectSettled(box);
  });

  test("a storm on AWS's own budgets: all drained, nothing twice", async () => {
    box = await openBox({ build: shop({ group: { desired: 40, max: 80 }, web: { desired: 40 } }), workers: 2 });
    await box.run(60);
    const victims = hostsOf(box.region).slice(0, 25);
    for (const { id } of victims) interrupt(box.world, id);
    await box.run(1_800);
    expect((await box.incidents()).filter((doc) => doc.body.outcome !== "drained").map((doc) => doc.key)).toEqual([]);
    for (const { id } of victims)
      expect(box.world.oracle.factsOf(id)).toMatchObject({ tasksKilled: [], targetsLost: [] });
    await expectSettled(box);
  });

  test("denied: told what to do by hand and why, and the rest is done", async () => {
    box = await openBox({ build: shop() });
    await box.run(60);
    box.simulator.faults.add({ match: { operation: "UpdateContainerInstancesState" }, effect: { kind: "denied" } });
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(60);
    expect(effects(box, "deregister")).toHaveLength(1);
    const told = toldOf(box, victim.id).at(-1);
    expect(told?.ask.join()).toMatch(/drain the container instance by hand: i-/);
    expect(told?.doing.join()).toMatch(/drain the container instance: could not: .*not authorized/i);
    await box.run(1_500);
    expect(step(await box.incident(victim.id), `complete:${HOOK}`).state).toBe("done");
  });
});

test("a step whose time is over is abandoned with a reason, the plan goes on, and our hook is completed", async () => {
  box = await openBox({ build: shop() });
  await box.run(60);
  box.simulator.faults.add({ match: { operation: "DeregisterTargets" }, effect: { kind: "hang" } });
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(2_000);
  const incident = await box.incident(victim.id);
  expect(step(incident, "deregister")).toMatchObject({
    state: "abandoned",
    reason: expect.stringMatching(/its time is over; last: /),
  });
  expect(step(incident, "drain").state).toBe("done");
  expect(step(incident, `complete:${HOOK}`).state).toBe("done");
  expect(incident.outcome).toBe("deadline-passed");
  expect(writes(box).some((call) => call.operation === "CompleteLifecycleAction" && call.outcome === "ok")).toBe(true);
  await expectSettled(box);
});
