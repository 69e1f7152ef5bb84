import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const LEFT_ALONE = [
  ["the opt-out tag", { "spotkeeper:enabled": "false" }, "ignored-by-policy"],
  ["a node of Karpenter", { "karpenter.sh/nodepool": "default" }, "handed-off"],
] as const;

test.each(LEFT_ALONE)("%s: a worker that takes over leaves it alone, too", async (_name, tags, outcome) => {
  box = await openBox({ build: shop({ group: { tags } }), warm: true });
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(30);
  // Its inventory is empty, and EC2 does not tell.
  box.simulator.faults.add({ match: { operation: "DescribeInstances" }, effect: { kind: "throttle" } });
  await box.takeOver();
  await box.run(1_800);
  expect(writes(box)).toEqual([]);
  expect(await box.incident(victim.id)).toMatchObject({ mode: "observe", outcome });
});

test("what is ours is drained by a worker that takes over, though EC2 does not tell whose it is", async () => {
  box = await openBox({ build: shop(), warm: true });
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(30);
  box.simulator.faults.add({ match: { operation: "DescribeInstances" }, effect: { kind: "throttle" } });
  await box.takeOver();
  await box.run(1_800);
  expect(await box.incident(victim.id)).toMatchObject({ mode: "act", outcome: "drained" });
});
