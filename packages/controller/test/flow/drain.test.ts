import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { effects, expectSettled, step, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { HOOK, hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

test("a warning ends well: deregistered, drained, hook completed, seen to go, replaced, told twice", async () => {
  box = await openBox({ build: shop() });
  await box.run(60);
  const victim = hostOf(box.region);
  expect(victim.targets.size).toBeGreaterThan(0);
  const warnedAt = box.clock.now();
  interrupt(box.world, victim.id);

  await box.run(3);
  expect(effects(box, "deregister")).toHaveLength(victim.targets.size);
  expect(effects(box, "drain")).toHaveLength(1);
  await box.run(7);
  expect(toldOf(box, victim.id).map((model) => model.phase)).toEqual(["receipt"]);
  const [receipt] = toldOf(box, victim.id);
  expect(receipt?.headline).toMatch(/^web 3\/4: i-\w+ \(web, m5\.large\) in us-east-1\w is reclaimed, 1\d\d s left$/);
  expect(receipt?.stakes).toEqual(["web keeps 3 of 4 tasks"]);

  await box.run(80);
  const drained = await box.incident(victim.id);
  expect(drained.drainedAt).not.toBeNull();
  expect(drained.firstActionAt).toBeLessThan(warnedAt + 2_000);

  await box.run(900);
  const after = await box.incident(victim.id);
  expect(after.outcome).toBe("drained");
  expect(after.goneAt).not.toBeNull();
  expect(after.servesAt).not.toBeNull();
  expect(step(after, `complete:${HOOK}`).state).toBe("done");
  expect(effects(box, "complete-lifecycle-action")).toHaveLength(1);
  const facts = box.world.oracle.factsOf(victim.id);
  expect(drained.drainedAt).toBeGreaterThanOrEqual(facts?.emptyAt ?? Infinity);
  expect(step(drained, "await-targets")).toMatchObject({ state: "done", reason: null });
  expect(facts).toMatchObject({ tasksKilled: [], tasksCut: [], targetsLost: [] });
  const outcome = toldOf(box, victim.id).filter((model) => model.phase === "outcome");
  expect(outcome).toHaveLength(1);
  expect(outcome[0]?.headline).toMatch(/: drained, \d+ s to spare$/);
  expect(outcome[0]?.ask).toEqual([]);
  await expectSettled(box);
});
