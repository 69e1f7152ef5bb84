import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostsOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

test("how it ended is told when the last incident of an alert closes, not at the alert's next look", async () => {
  box = await openBox({ build: shop({ group: { desired: 3 }, web: { desired: 3, minimumHealthyPercent: 0 } }) });
  await box.run(60);
  const [victim] = hostsOf(box.region);
  if (victim === undefined) throw new Error("no hosts");
  interrupt(box.world, victim.id);
  await box.run(1_800);
  const id = victim.id;
  const outcome = toldOf(box, id).find((model) => model.phase === "outcome");
  const { closedAt } = await box.incident(id);
  const told = box.entries.find(({ key, text }) => key === outcome?.key && text.includes("outcome"));
  expect(told?.at).toBeLessThanOrEqual((closedAt ?? 0) + 500);
});
