import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { effects, expectSettled } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

test("what one worker has looked up for a recommendation, another that hears the warning looks up for itself", async () => {
  box = await openBox({ build: shop(), workers: 2 });
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id, { rebalanceLead: 60_000 });
  await box.run(100);
  expect(effects(box, "drain")).toHaveLength(1);
  await box.run(1_500);
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ targetsLost: [], tasksKilled: [] });
  expect((await box.incident(victim.id)).outcome).toBe("drained");
  await expectSettled(box);
});

test("a worker that takes over after a recommendation looks up what it has not seen", async () => {
  box = await openBox({ build: shop() });
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id, { rebalanceLead: 60_000 });
  await box.run(30);
  await box.takeOver();
  await box.run(50);
  expect(effects(box, "drain")).toHaveLength(1);
  await box.run(1_500);
  expect((await box.incident(victim.id)).outcome).toBe("drained");
  await expectSettled(box);
});
