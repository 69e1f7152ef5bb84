import {
  createGroup,
  createTargetGroup,
  type Region,
  registerTarget,
  spotkeeperRules,
  type World,
} from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { effects, expectSettled, step } from "./assess.ts";
import { type Box, openBox, QUEUE } from "./box.ts";
import { groupOf, ourHook, scaleIn } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** A group of two with our hook, whose instances somebody registered by hand: connections go on for a minute. */
function balanced(world: World, region: Region): void {
  region.rules.push(...spotkeeperRules(QUEUE));
  const group = createGroup(world, region, { name: "web", desired: 2, types: ["m5.large"], hooks: [ourHook] });
  const byHand = createTargetGroup(world, region, {
    name: "by-hand",
    port: 80,
    loadBalancer: "shop",
    deregistrationDelay: 60,
  });
  for (const { instance } of group.members.values())
    registerTarget(world, byHand, { id: instance.id, port: 80, instance, healthy: true });
}

test("AWS refuses to say whether connections have ended: the hook is not answered as if they had", async () => {
  box = await openBox({ build: balanced, warm: true, actions: { drainWithin: 240_000 } });
  box.simulator.faults.add({ match: { operation: "DescribeTargetHealth" }, effect: { kind: "denied" } });
  scaleIn(box.world, groupOf(box.region));
  await box.run(30);
  const [doc] = await box.incidents();
  expect(effects(box, "deregister")).toHaveLength(1);
  expect(step(doc!.body, "await-targets")).toMatchObject({ state: "waiting" });
  expect(box.world.oracle.leftovers().openActions).toHaveLength(1);
  await box.run(1_200);
  expect(box.region.instances.get(doc!.body.subject.id)?.state).toBe("terminated");
  await expectSettled(box);
});
