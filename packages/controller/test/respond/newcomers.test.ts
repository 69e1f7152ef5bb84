import { expect, test } from "vitest";
import type { AutoScalingGroup, Ec2Instance } from "../../src/aws/aws.ts";
import type { Replacement } from "../../src/model/group.ts";
import { newGroup, withReplacement } from "../../src/respond/group/record.ts";
import { T0 } from "../correlate/support.ts";
import { contextOf, fakeAws, receipt, run } from "./context.ts";
import { stepOf } from "./support.ts";

/** A group of which `i-old` is called off, with members in `states` that were launched so many seconds after it was asked. */
function stand(desired: number, states: { readonly [id: string]: readonly [string, number] }, counts = "instances") {
  const instances = Object.entries(states).map(([id, [state]]) => ({ id, state, units: 1 }));
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
  const states: Record<string, readonly [string, number]> = { "i-1": ["Pending", 5], "i-2": ["Pending", 9] };
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

test("a group that counts something else than instances is only lowered", async () => {
  const { ctx, writes } = stand(3, { "i-new": ["Pending", 5] }, "units");
  await run("set-desired", lower(3, 2), ctx);
  expect(writes()).toEqual([["autoScaling.setDesired", "web", 2]]);
});
