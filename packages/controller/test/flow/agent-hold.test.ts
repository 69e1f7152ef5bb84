import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled, step } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, ourHook, scaleIn } from "./fleet.ts";
import { agentMessage, cut, runners, scaleInAtWork } from "./runners.ts";

let box: Box;
afterEach(() => box.close());

const completed = (): number => effects(box, "complete-lifecycle-action").length;

describe("the hook of an instance whose agent drains is held until the agent is done", () => {
  test("for longer than the hook's time-out", async () => {
    box = await openBox({ build: runners() });
    await box.run(60);
    const victim = await scaleInAtWork(box, 2_000);
    await box.run(3);
    box.deliver(agentMessage(box, victim, "draining", 1));
    await box.run(1_997);
    expect([completed(), cut(box)]).toEqual([0, []]);
    box.deliver(agentMessage(box, victim, "done", 2));
    await box.run(2);
    expect(completed()).toBe(1);
    await box.run(1_200);
    const incident = await box.incident(victim.id);
    expect(incident).toMatchObject({ outcome: "drained" });
    expect(step(incident, "await-work").state).toBe("done");
    expect(incident.goneAt).not.toBeNull();
    expect(cut(box)).toEqual([]);
    await expectSettled(box);
  });

  test.each([
    ["in order", ["draining", "done"]],
    ["twice", ["draining", "draining", "done", "done"]],
    ["the end before the beginning", ["done", "draining"]],
    ["the beginning lost", ["done"]],
  ] as const)("its messages come before the lifecycle message, %s", async (_, states) => {
    const held: (() => void)[] = [];
    box = await openBox({
      build: runners(),
      carry: (body, deliver) =>
        body.includes("EC2 Instance-terminate Lifecycle Action") ? held.push(() => deliver(body)) : deliver(body),
    });
    await box.run(60);
    const victim = await scaleInAtWork(box, 0);
    for (const state of states) {
      box.deliver(agentMessage(box, victim, state, state === "draining" ? 1 : 2));
      await box.run(1);
    }
    for (const deliver of held) deliver();
    await box.run(states.includes("draining" as never) ? 5 : 33);
    expect(completed()).toBe(1);
    await box.run(1_500);
    expect(await box.incidents()).toHaveLength(1);
    await expectSettled(box);
  });

  test("nobody hears the agent any more: until the hook can hold no longer, and answered before its default is", async () => {
    box = await openBox({
      build: runners({ hooks: [{ ...ourHook, heartbeatTimeout: 30, defaultResult: "ABANDON" }] }),
    });
    await box.run(60);
    const victim = await scaleInAtWork(box, null);
    await box.run(3);
    box.deliver(agentMessage(box, victim, "draining", 1));
    await box.run(2_970);
    expect(completed()).toBe(0);
    await box.run(25);
    expect(completed()).toBe(1);
    await box.run(1_500);
    const incident = await box.incident(victim.id);
    expect(incident.outcome).toBe("deadline-passed");
    expect(step(incident, "await-work").state).toBe("abandoned");
    await expectSettled(box);
  });

  test("a person answers the hook: it is held no longer", async () => {
    box = await openBox({ build: runners() });
    await box.run(60);
    const victim = await scaleInAtWork(box, 0);
    await box.run(3);
    box.deliver(agentMessage(box, victim, "draining", 1));
    await box.run(400);
    for (const action of victim.member?.actions.values() ?? []) action.settle("CONTINUE");
    await box.run(1_500);
    expect((await box.incident(victim.id)).closedAt).not.toBeNull();
    await expectSettled(box);
  });
});

test("an agent that was heard before: its hook is held though the agent's next messages are late", async () => {
  box = await openBox({ build: runners() });
  await box.run(60);
  for (const { instance } of groupOf(box.region, "ci").members.values())
    box.deliver(agentMessage(box, instance, "watching", 0));
  await box.run(60);
  const victim = await scaleInAtWork(box, 400);
  await box.run(400);
  expect(completed()).toBe(0);
  box.deliver(agentMessage(box, victim, "done", 2));
  await box.run(2);
  expect([completed(), cut(box)]).toEqual([1, []]);
});

test("any word of an agent counts: a recommendation that the instance saw", async () => {
  box = await openBox({ build: runners() });
  await box.run(60);
  const body = JSON.parse(agentMessage(box, [...box.region.instances.values()][0]!, "watching", 0)) as object;
  for (const { instance } of groupOf(box.region, "ci").members.values())
    box.deliver(
      JSON.stringify({
        ...body,
        id: `r-${instance.id}`,
        "detail-type": "EC2 Instance Rebalance Recommendation",
        detail: { "instance-id": instance.id },
      }),
    );
  await box.run(60);
  await scaleInAtWork(box, 200);
  await box.run(190);
  expect(completed()).toBe(0);
});

test("of several agents the last one counts; and one that has gone for good before does not", async () => {
  box = await openBox({ build: runners() });
  await box.run(60);
  for (const { instance } of groupOf(box.region, "ci").members.values()) {
    box.deliver(agentMessage(box, instance, "watching", 0, { agent: "old" }));
    box.deliver(agentMessage(box, instance, "done", 1, { agent: "old", because: "signal" }));
  }
  await box.run(60);
  const victim = await scaleInAtWork(box, 90);
  await box.run(2);
  for (const agent of ["a1", "a2"]) box.deliver(agentMessage(box, victim, "draining", 1, { agent }));
  await box.run(40);
  box.deliver(agentMessage(box, victim, "done", 2, { agent: "a1" }));
  await box.run(50);
  expect(completed()).toBe(0);
  box.deliver(agentMessage(box, victim, "done", 2, { agent: "a2" }));
  await box.run(2);
  expect([completed(), cut(box)]).toEqual([1, []]);
});

test("of several agents one says that its work is over, and the other nothing: held no longer, and it has drained", async () => {
  box = await openBox({ build: runners() });
  await box.run(60);
  for (const { instance } of groupOf(box.region, "ci").members.values())
    for (const agent of ["a1", "a2"]) box.deliver(agentMessage(box, instance, "watching", 0, { agent }));
  await box.run(60);
  const victim = await scaleInAtWork(box, 90);
  await box.run(2);
  box.deliver(agentMessage(box, victim, "draining", 1));
  await box.run(300);
  expect(completed()).toBe(0);
  box.deliver(agentMessage(box, victim, "done", 2));
  await box.run(2);
  expect([completed(), cut(box)]).toEqual([1, []]);
  await box.run(1_500);
  const incident = await box.incident(victim.id);
  expect([step(incident, "await-work").state, incident.outcome]).toEqual(["done", "drained"]);
});

test("an agent that brings no work to its end for a termination: held as where nothing is known", async () => {
  box = await openBox({ build: runners() });
  await box.run(60);
  const victim = await scaleInAtWork(box, 0);
  await box.run(2);
  box.deliver(agentMessage(box, victim, "watching", 0));
  box.deliver(agentMessage(box, victim, "passive", 1));
  await box.run(35);
  expect(completed()).toBe(1);
});

test("the clock of the instance is wrong by some minutes: its agent is understood", async () => {
  for (const wrong of [-330_000, 330_000]) {
    box = await openBox({ build: runners() });
    await box.run(60);
    const victim = await scaleInAtWork(box, 60);
    await box.run(2);
    const said = (): { at: number } => ({ at: box.clock.now() + wrong });
    box.deliver(agentMessage(box, victim, "draining", 1, said()));
    await box.run(60);
    expect(completed()).toBe(0);
    box.deliver(agentMessage(box, victim, "done", 2, said()));
    await box.run(2);
    expect([completed(), cut(box)]).toEqual([1, []]);
    if (wrong < 0) await box.close();
  }
});

test("two workers: one hears the agent, the other the group", async () => {
  box = await openBox({ build: runners(), workers: 2 });
  await box.run(60);
  const victim = await scaleInAtWork(box, 100);
  await box.run(2);
  box.deliver(agentMessage(box, victim, "draining", 1));
  await box.run(100);
  expect(completed()).toBe(0);
  box.deliver(agentMessage(box, victim, "done", 2));
  await box.run(6);
  expect([completed(), cut(box)]).toEqual([1, []]);
  await box.run(1_500);
  await expectSettled(box);
});

test("an agent's termination without a hook is seen to its end, and nobody is told", async () => {
  box = await openBox({ build: runners({ hooks: [] }) });
  await box.run(60);
  const group = groupOf(box.region, "ci");
  const [instance] = [...group.members.values()].map((member) => member.instance);
  box.deliver(agentMessage(box, instance!, "draining", 1));
  await box.run(2);
  scaleIn(box.world, group);
  await box.run(1_500);
  expect(box.sent).toEqual([]);
});
