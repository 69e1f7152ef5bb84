import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { expectSettled, step } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

test("a cancelled incident does not wait for its own replacement", async () => {
  box = await openBox({ build: shop() });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id, { survives: true });
  await box.run(420);
  const incident = await box.incident(victim.id);
  expect(incident.outcome).toBe("cancelled");
  expect(step(incident, "verify-replacement")).toMatchObject({ state: "skipped", reason: "the notice was cancelled" });
  expect((incident.closedAt ?? Infinity) - (incident.cancelledAt ?? 0)).toBeLessThan(60_000);
  await expectSettled(box);
});
