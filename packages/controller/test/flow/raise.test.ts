import { endInstance, interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { expectSettled, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

test("somebody else sets desired capacity while it is raised: theirs stands, and people are told", async () => {
  box = await openBox({ build: shop(), actions: { replace: "raise" } });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(20);
  const group = groupOf(box.region);
  expect(group.desired).toBe(7);
  group.desired = 9;
  await box.run(3_600);
  expect(group.desired).toBe(9);
  expect([...group.members.values()].filter((one) => one.state === "InService")).toHaveLength(9);
  const why = /somebody else set desired capacity to 9, where 7 was ours: theirs stands/;
  expect(toldOf(box, victim.id).at(-1)?.doing.join()).toMatch(why);
  expect(box.entries.filter((entry) => why.test(entry.text) && entry.data["attention"] === true)).toHaveLength(1);
});

test("the group's own scaling changes what it raised for: nothing is lowered below what it wants", async () => {
  box = await openBox({ build: shop(), actions: { replace: "raise" } });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(20);
  const group = groupOf(box.region);
  group.desired = 4;
  await box.run(3_600);
  expect(group.desired).toBe(4);
});

test("the instance goes before it has drained: what was raised is lowered once, and the books are closed", async () => {
  box = await openBox({ build: shop(), actions: { replace: "raise" } });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(20);
  expect(groupOf(box.region).desired).toBe(7);
  endInstance(box.world, victim, "terminate", { code: "Server.SpotInstanceTermination", message: "" });
  await box.run(3_600);
  expect(groupOf(box.region).desired).toBe(6);
  const doc = await box.clock.runUntilSettled(box.ledger.load("group#123456789012/us-east-1/web", "group"));
  expect(doc?.body).toMatchObject({ baseline: null, ours: [], replacing: {}, steps: [] });
  await expectSettled(box);
});
