import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { defaultActions, defaultPolicy } from "../../src/decide/defaults.ts";
import { effects, expectSettled, step } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, HOOK, ourHook } from "./fleet.ts";
import { agentMessage, cut, runners, scaleInAtWork } from "./runners.ts";

let box: Box;
afterEach(() => box.close());

const completed = (): number => effects(box, "complete-lifecycle-action").length;
const beats = (): number =>
  box.simulator.calls.recent().filter(({ operation }) => operation === "RecordLifecycleActionHeartbeat").length;

test("nothing is known of the work on an instance: its hook is held for half a minute", async () => {
  box = await openBox({ build: runners() });
  await box.run(60);
  const victim = await scaleInAtWork(box, 25);
  await box.run(28);
  expect(completed()).toBe(0);
  await box.run(10);
  expect(completed()).toBe(1);
  expect(cut(box)).toEqual([]);
  await box.run(1_200);
  const incident = await box.incident(victim.id);
  expect(incident.outcome).toBe("nothing-drained");
  expect(step(incident, "await-work")).toMatchObject({
    state: "skipped",
    reason: "nothing is known of the work on the instance, and the time to hold its hook is over",
  });
  await expectSettled(box);
});

test("the policy says how long, by group: beyond the hook's time-out, with heartbeats", async () => {
  const rule = { name: "ci", match: { group: "ci" }, do: { holdHooks: 900_000 } };
  box = await openBox({ build: runners(), policy: { ...defaultPolicy, rules: [rule] } });
  await box.run(60);
  const victim = await scaleInAtWork(box, 880);
  await box.run(890);
  expect([completed(), beats()]).toEqual([0, 5]);
  await box.run(20);
  expect(completed()).toBe(1);
  expect(cut(box)).toEqual([]);
  await box.run(1_500);
  expect((await box.incident(victim.id)).goneAt).not.toBeNull();
  await expectSettled(box);
});

test("by tag; and not at all, where the policy says so", async () => {
  const defaults = { ...defaultActions, holdHooks: 0 };
  const rule = { name: "kept", match: { tag: { work: "long" } }, do: { holdHooks: 120_000 } };
  const policy = { ...defaultPolicy, defaults, rules: [rule] };
  box = await openBox({ build: runners({ tags: { work: "long" } }), policy });
  await box.run(60);
  await scaleInAtWork(box, 110);
  await box.run(115);
  expect(completed()).toBe(0);
  await box.close();
  box = await openBox({ build: runners(), policy });
  await box.run(60);
  await scaleInAtWork(box, 0);
  await box.run(5);
  expect(completed()).toBe(1);
});

test("without heartbeats a hook is answered before its own time-out", async () => {
  box = await openBox({
    build: runners({ hooks: [{ ...ourHook, heartbeatTimeout: 60, defaultResult: "ABANDON" }] }),
    actions: { holdHooks: 600_000, heartbeats: false },
  });
  await box.run(60);
  await scaleInAtWork(box, null);
  await box.run(45);
  expect(completed()).toBe(0);
  await box.run(10);
  expect([completed(), beats()]).toEqual([1, 0]);
  await box.run(1_200);
  await expectSettled(box);
});

test("a warning and a hook together: the deadline wins", async () => {
  box = await openBox({ build: runners(), actions: { holdHooks: 3_600_000 } });
  await box.run(60);
  const victim = await scaleInAtWork(box, null);
  box.deliver(agentMessage(box, victim, "draining", 1));
  await box.run(30);
  interrupt(box.world, victim.id);
  await box.run(105);
  expect(completed()).toBe(0);
  await box.run(10);
  // Ten seconds before the reclaim, as without an agent.
  expect(completed()).toBe(1);
  await box.run(1_200);
  expect((await box.incident(victim.id)).outcome).toBe("deadline-passed");
  await expectSettled(box);
});

test("a dry run holds nothing, and says what it would do", async () => {
  box = await openBox({ build: runners(), actions: { dryRun: true } });
  await box.run(60);
  const victim = await scaleInAtWork(box, 0);
  await box.run(400);
  expect([completed(), beats()]).toEqual([0, 0]);
  expect(step(await box.incident(victim.id), "await-work").reason).toMatch(/^dry run/);
  expect(groupOf(box.region, "ci").hooks.get(HOOK)).toBeDefined();
});
