import { describe, expect, test } from "vitest";
import type { AutoScalingGroup } from "../../src/aws/calls/auto-scaling.ts";
import type { Ec2Instance } from "../../src/aws/calls/ec2.ts";
import type { Replacement } from "../../src/model/group.ts";
import type { Step } from "../../src/model/step.ts";
import type { Context } from "../../src/respond/responder.ts";
import { newGroup, withReplacement } from "../../src/respond/group/document.ts";
import { T0 } from "../correlate/support.ts";
import { contextOf, fakeAws, receipt, responder, run } from "./context.ts";
import { stepOf } from "./support.ts";

type Members = { readonly [id: string]: readonly [state: string, launched: number, units?: number | null] };

/** A group of which `i-old` is called off; its members were launched so many seconds after it was asked. */
function stand(desired: number, states: Members, counts = "instances") {
  const instances = Object.entries(states).map(([id, [state, , units = 1]]) => ({ id, state, units }));
  const behind = { targetGroupArns: [], classicLoadBalancers: [], trafficSources: [] };
  const group = { name: "web", desired, counts, ...behind, instances };
  const { aws, calls } = fakeAws({
    autoScaling: {
      describeGroups: () => Promise.resolve(new Map([["web", group as unknown as AutoScalingGroup]])),
      terminateInGroup: () => Promise.resolve(receipt()),
      setDesired: () => Promise.resolve(receipt()),
    },
    ec2: {
      describeInstances: (_at, ids) =>
        Promise.resolve(
          new Map(ids.map((id) => [id, { id, launchTime: T0 + (states[id]?.[1] ?? 0) * 1_000 } as Ec2Instance])),
        ),
    },
  });
  const asked = { instanceId: "i-old", state: "lowering", by: "raise", askedAt: T0 } as unknown as Replacement;
  const doc = withReplacement(
    newGroup({ account: "123456789012", region: "us-east-1", name: "web" }),
    "incident#i-old#1",
    asked,
    T0,
  );
  const writes = (): unknown[] =>
    calls
      .filter(([name]) => /terminateInGroup|setDesired/.test(name))
      .map(([name, _at, first, second]) => [name, first, second]);
  return { ctx: contextOf({ doc, aws, now: T0 + 600_000 }), writes };
}

const lower = (from: number, to: number) =>
  stepOf("lower:raise:1", { responder: "set-desired", params: { group: "web", from, to } });

test("lowered: who was launched for it and does not serve is ended, and nobody else is left to choose", async () => {
  const { ctx, writes } = stand(3, {
    "i-old": ["InService", -900],
    "i-b": ["InService", -900],
    "i-new": ["Pending", 5],
  });
  expect(await run("set-desired", lower(3, 2), ctx)).toMatchObject({ is: "done" });
  expect(writes()).toEqual([["autoScaling.terminateInGroup", "i-new", true]]);
});

test("nobody was launched, or all serve: only desired capacity is lowered", async () => {
  const { ctx, writes } = stand(3, { "i-old": ["InService", -900], "i-sick": ["Pending", -900] });
  expect(await run("set-desired", lower(3, 2), ctx)).toMatchObject({ is: "done" });
  expect(writes()).toEqual([["autoScaling.setDesired", "web", 2]]);
});

test("more is to be lowered than there are newcomers: they go first, the newest before, and the rest is lowered", async () => {
  const states: Record<string, readonly [string, number]> = {
    ...Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`i-old${index}`, ["InService", -900] as const])),
    "i-1": ["Pending", 5],
    "i-2": ["Pending", 9],
  };
  let step = lower(13, 10);
  const written: unknown[] = [];
  for (const desired of [13, 12, 11]) {
    const { ctx, writes } = stand(desired, states);
    const result = await run("set-desired", step, ctx);
    written.push(...writes());
    expect(result.is).toBe(desired === 11 ? "done" : "wait");
    step = { ...step, attempts: step.attempts + 1, receipt: result.receipt ?? null };
    delete states[Object.keys(states).at(-1) ?? ""];
  }
  expect(written).toEqual([
    ["autoScaling.terminateInGroup", "i-2", true],
    ["autoScaling.terminateInGroup", "i-1", true],
    ["autoScaling.setDesired", "web", 10],
  ]);
});

test("a newcomer whose place is wanted, since another instance is gone, is not ended", async () => {
  const { ctx, writes } = stand(3, {
    "i-old": ["InService", -900],
    "i-gone": ["Terminating", -900],
    "i-new": ["Pending", 5],
  });
  expect(await run("set-desired", lower(3, 2), ctx)).toMatchObject({ is: "done" });
  expect(writes()).toEqual([["autoScaling.setDesired", "web", 2]]);
});

test("somebody else sets desired capacity between two newcomers: theirs stands", async () => {
  const { ctx, writes } = stand(11, { "i-1": ["Pending", 5] });
  const step = { ...lower(13, 10), attempts: 1, receipt: { from: 12 } };
  const first = await run("set-desired", step, ctx);
  expect(first).toMatchObject({ is: "wait", receipt: { from: 12, desired: 11 } });
  const second = await run("set-desired", { ...step, attempts: 2, receipt: first.receipt ?? null }, ctx);
  expect(second).toMatchObject({ is: "skip", receipt: { desired: 11 } });
  expect(writes()).toEqual([]);
});

test("after a crash it goes on from what the end of a newcomer has left; begun by nobody, that is somebody else's", async () => {
  const { ctx, writes } = stand(12, {});
  const step = lower(13, 10);
  expect(await run("set-desired", { ...step, state: "intended", startedAt: T0 }, ctx)).toMatchObject({ is: "done" });
  expect(writes()).toEqual([["autoScaling.setDesired", "web", 10]]);
  expect(await run("set-desired", step, ctx)).toMatchObject({ is: "wait", reason: "desired capacity is 12" });
});

const look = async (step: Step, ctx: Context): Promise<unknown> => {
  const found = responder("set-desired");
  return found.repeat === "verify" ? found.verify(step, ctx) : null;
};

describe("a group that counts weights", () => {
  const ended = (id: string) => ["autoScaling.terminateInGroup", id, false];
  const lowered = (to: number) => ["autoScaling.setDesired", "web", to];
  const olds: Members = { "i-old": ["InService", -900, 4], "i-a": ["InService", -900, 4] };

  test.each<[string, Members, readonly unknown[]]>([
    [
      "one that does not serve goes without decrement, and then it is lowered",
      { "i-new": ["Pending", 5, 4] },
      [ended("i-new"), lowered(8)],
    ],
    ["of two, both", { "i-1": ["Pending", 5, 2], "i-2": ["Pending", 9, 2] }, [ended("i-2"), ended("i-1"), lowered(8)]],
    [
      "one larger than what was raised, since the group would take one that serves",
      { "i-new": ["Pending", 5, 12] },
      [ended("i-new"), lowered(8)],
    ],
    [
      "what is above is less than anybody counts for: nobody goes",
      { "i-new": ["Pending", 5, 5], "i-a": ["Terminating", -900, 4] },
      [lowered(8)],
    ],
    ["AWS does not say how much one counts for: the group chooses", { "i-new": ["Pending", 5, null] }, [lowered(8)]],
  ])("%s", async (_what, newcomers, written) => {
    const { ctx, writes } = stand(12, { ...olds, ...newcomers }, "units");
    expect(await run("set-desired", lower(12, 8), ctx)).toMatchObject({ is: "done" });
    expect(writes()).toEqual(written);
  });

  test("killed between both: who is ended already is not ended again, and desired capacity is lowered", async () => {
    const { ctx, writes } = stand(12, { ...olds, "i-new": ["Terminating", 5, 4] }, "units");
    const step = { ...lower(12, 8), state: "intended" as const, startedAt: T0 };
    expect(await look(step, ctx)).toBe("not-done");
    expect(await run("set-desired", step, ctx)).toMatchObject({ is: "done" });
    expect(writes()).toEqual([lowered(8)]);
  });

  test("somebody else has set it one lower: no end of ours has, so that theirs stands", async () => {
    const { ctx } = stand(11, olds, "units");
    const step = { ...lower(12, 8), state: "intended" as const, startedAt: T0 };
    expect(await look(step, ctx)).toMatchObject({ is: "skip", receipt: { desired: 11 } });
  });
});
