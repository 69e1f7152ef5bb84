import { createGroup, createTargetGroup, deregisterTarget, interrupt, spotkeeperRules } from "@spotkeeper/simulator";
import type { TargetGroup } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { expectSettled } from "./assess.ts";
import { type Box, openBox, QUEUE } from "./box.ts";
import { groupOf } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

let targets: TargetGroup;

/** A group of two whose target group no load balancer uses. */
async function open(warm: boolean): Promise<string> {
  box = await openBox({
    warm,
    build: (world, region) => {
      region.rules.push(...spotkeeperRules(QUEUE));
      targets = createTargetGroup(world, region, { name: "idle", port: 80, deregistrationDelay: 300 });
      createGroup(world, region, { name: "web", desired: 2, types: ["m5.large"], targetGroups: [targets] });
    },
  });
  await box.run(60);
  return [...groupOf(box.region).members.values()][0]!.instance.id;
}

async function cancelled(id: string): Promise<void> {
  interrupt(box.world, id, { survives: true });
  await box.run(1_500);
  expect((await box.incident(id)).outcome).toBe("cancelled");
  await expectSettled(box);
}

test.each([
  ["a warm inventory", true],
  ["a cold one", false],
])("what was taken out of a target group that nobody uses is gone at once, and put back, with %s", async (_, warm) => {
  const id = await open(warm);
  await cancelled(id);
  expect(targets.targets.has(`${id}:80`)).toBe(true);
});

test("what a person took out of one that nobody uses, since it was last seen, stays out", async () => {
  const id = await open(true);
  deregisterTarget(box.world, targets.targets.get(`${id}:80`)!);
  expect(targets.targets.has(`${id}:80`)).toBe(false);
  await box.run(60);
  await cancelled(id);
  expect(targets.targets.has(`${id}:80`)).toBe(false);
});
