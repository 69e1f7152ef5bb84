import { createTargetGroup, interrupt, type Region, registerTarget, type World } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { effects, expectSettled } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, ourHook, scaleIn } from "./fleet.ts";
import { runners } from "./runners.ts";

let box: Box;
afterEach(() => box.close());

test("nobody worked until the time to look an instance up was over: its hook is answered all the same", async () => {
  box = await openBox({ build: runners({ desired: 1, hooks: [{ ...ourHook, heartbeatTimeout: 3_600 }] }) });
  const group = groupOf(box.region, "ci");
  const [member] = group.members.values();
  const { id } = member!.instance;
  const answersAgain = box.simulator.faults.add({ match: { service: "ec2" }, effect: { kind: "reset" } });
  scaleIn(box.world, group);
  while ((await box.incidents()).length === 0) await box.run(0.01);
  await box.kill(0);
  await box.run(1_200);
  answersAgain();
  await box.takeOver();
  await box.run(120);
  expect(await box.incident(id)).toMatchObject({ closedAt: expect.any(Number) as number });
  expect(box.world.oracle.leftovers().openActions).toEqual([]);
  expect(box.region.instances.get(id)?.state).toBe("terminated");
  await expectSettled(box);
});

/** Runners of which somebody has registered each by hand. */
function byHand(world: World, region: Region): void {
  runners()(world, region);
  const targetGroup = createTargetGroup(world, region, { name: "by-hand", port: 80, loadBalancer: "shop" });
  for (const { instance } of groupOf(region, "ci").members.values())
    registerTarget(world, targetGroup, { id: instance.id, port: 80, instance, healthy: true });
}

test("nobody worked until the time to look around was over: what somebody registered by hand is found all the same", async () => {
  box = await openBox({ build: byHand });
  const [id] = [...groupOf(box.region, "ci").members.keys()] as [string];
  const answersAgain = box.simulator.faults.add({ match: {}, effect: { kind: "reset" } });
  interrupt(box.world, id);
  while ((await box.incidents()).length === 0) await box.run(0.01);
  await box.kill(0);
  await box.run(45);
  answersAgain();
  await box.takeOver();
  await box.run(70);
  expect(box.world.oracle.factsOf(id)).toMatchObject({ targetsLost: [] });
  expect(effects(box, "deregister", id)).toHaveLength(1);
});
