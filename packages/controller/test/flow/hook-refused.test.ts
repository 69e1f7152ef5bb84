import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { step, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, hostOf, ourHook, scaleIn, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const launchHook = {
  name: "spotkeeper-launching",
  transition: "autoscaling:EC2_INSTANCE_LAUNCHING",
  heartbeatTimeout: 300,
  defaultResult: "ABANDON",
} as const;

const refuse = (): void =>
  void box.simulator.faults.add({ match: { operation: "CompleteLifecycleAction" }, effect: { kind: "denied" } });

/** One more instance in the group, as a scaling policy adds it. */
function scaleOut(): void {
  const group = groupOf(box.region);
  group.desired += 1;
  for (const listener of box.world.listeners.groupChanged) listener(group);
}

test("a launching hook that may not be answered: people are told what to do by hand, and why", async () => {
  box = await openBox({ build: shop({ group: { hooks: [launchHook] } }), warm: true });
  refuse();
  scaleOut();
  await box.run(290);
  const [doc] = await box.incidents();
  const id = doc?.body.subject.id ?? "";
  const told = toldOf(box, id);
  expect(told).toHaveLength(1);
  expect(told[0]?.headline).toMatch(/launched$/);
  expect(told[0]?.ask).toEqual([`complete the lifecycle action by hand: ${id}`]);
  expect(told[0]?.doing.join()).toMatch(/complete the lifecycle action: could not: denied: .*not authorized/i);
  expect(told[0]?.severity).toBe("warning");
});

test("a launch whose hook is answered tells nobody", async () => {
  box = await openBox({ build: shop({ group: { hooks: [launchHook] } }), warm: true });
  scaleOut();
  await box.run(290);
  expect((await box.incidents()).map(({ body }) => body.outcome)).toEqual(["launched"]);
  expect(box.sent).toEqual([]);
});

test("a launching hook that AWS cannot answer for an hour is told when it is given up", async () => {
  const hooks = [{ ...launchHook, heartbeatTimeout: 7_200 }];
  box = await openBox({ build: shop({ group: { hooks } }), warm: true });
  box.simulator.faults.add({ match: { operation: "CompleteLifecycleAction" }, effect: { kind: "throttle" } });
  scaleOut();
  await box.run(3_600 + 900);
  const [doc] = await box.incidents();
  expect(box.sent.at(-1)?.ask).toEqual([`complete the lifecycle action by hand: ${doc?.body.subject.id}`]);
});

test("a scale-in tells nobody, but that its hook may not be answered", async () => {
  box = await openBox({ build: shop({ group: { hooks: [{ ...ourHook, heartbeatTimeout: 600 }] } }), warm: true });
  refuse();
  scaleIn(box.world, groupOf(box.region));
  await box.run(500);
  const [doc] = await box.incidents();
  expect(box.sent.at(-1)?.ask).toContain(`complete the lifecycle action by hand: ${doc?.body.subject.id}`);
});

test("of an instance that was warned of it is told in the alert that there is", async () => {
  box = await openBox({ build: shop(), warm: true });
  refuse();
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(1_500);
  const doc = await box.incident(victim.id);
  expect(doc.steps.filter(({ responder }) => responder === "join-alert")).toHaveLength(1);
  expect(step(doc, "tell").state).toBe("done");
});
