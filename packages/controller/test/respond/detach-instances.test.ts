import { describe, expect, test } from "vitest";
import type { AutoScalingGroup, GroupMembership } from "../../src/aws/calls/auto-scaling.ts";
import type { TargetHealth } from "../../src/aws/calls/elb.ts";
import { failed } from "../../src/aws/failure.ts";
import { newGroup } from "../../src/respond/group/document.ts";
import { T0 } from "../correlate/support.ts";
import { contextOf, fakeAws, receipt, run } from "./context.ts";
import { stepOf } from "./support.ts";

const ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/nodes/0123456789abcdef";
const DETACH = { service: "autoscaling", name: "DetachInstances" };

const TERMINATE = { service: "ec2", name: "TerminateInstances" };

const groupOf = (ids: readonly string[]): AutoScalingGroup =>
  ({
    name: "web",
    targetGroupArns: [ARN],
    classicLoadBalancers: [],
    trafficSources: [],
    instances: ids.map((id) => ({ id, state: "InService" })),
  }) as unknown as AutoScalingGroup;

/** A group whose members are `states`, and of which DetachInstances refuses whom `refused` names, one a call. */
function stand(
  states: { readonly [id: string]: string },
  refused: { readonly [id: string]: string } = {},
  healthy?: string[],
) {
  const members = new Map(
    Object.entries(states).map(([id, state]): [string, GroupMembership] => [
      id,
      { instanceId: id, group: "web", state, protected: false },
    ]),
  );
  const ids = Object.keys(states);
  const health = (healthy ?? [...ids, "i-other"]).map((id) => ({ id, port: 80, state: "healthy" }));
  const { aws, calls } = fakeAws({
    autoScaling: {
      memberships: () => Promise.resolve(members),
      describeGroups: () => Promise.resolve(new Map([["web", groupOf(ids)]])),
      detach: (_at, _group, some) => {
        const one = some.find((id) => refused[id] !== undefined);
        if (one === undefined) return Promise.resolve(receipt());
        return Promise.reject(failed("invalid", DETACH, "ValidationError", refused[one] ?? ""));
      },
    },
    elb: { targetHealth: () => Promise.resolve(health as unknown as TargetHealth[]) },
  });
  const doc = newGroup({ account: "123456789012", region: "us-east-1", name: "web" });
  const asked = (): unknown[] => calls.filter(([name]) => name === "autoScaling.detach").map((call) => call[3]);
  const step = stepOf("detach:1", { responder: "detach-instances", params: { group: "web", ids } });
  return { step, asked, ctx: contextOf({ doc, aws }) };
}

describe("a batch with some that have left their group", () => {
  test.each([
    "The instance i-b is not in InService or Standby.",
    "The instance i-b is not part of Auto Scaling group web.",
  ])("%s: the others are detached", async (said) => {
    const { step, ctx, asked } = stand({ "i-a": "InService", "i-b": "InService", "i-c": "InService" }, { "i-b": said });
    expect(await run("detach-instances", step, ctx)).toMatchObject({ is: "done", receipt: { already: false } });
    expect(asked()).toEqual([
      ["i-a", "i-b", "i-c"],
      ["i-a", "i-c"],
    ]);
  });

  test("of twenty, nineteen have left: each refusal names one, and the last call is for who is left", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `i-${index}`);
    const gone = (id: string): string => `The instance ${id} is not in InService or Standby.`;
    const { step, ctx, asked } = stand(
      Object.fromEntries(ids.map((id) => [id, "InService"])),
      Object.fromEntries(ids.slice(1).map((id) => [id, gone(id)])),
    );
    expect(await run("detach-instances", step, ctx)).toMatchObject({ is: "done" });
    expect(asked()).toHaveLength(20);
    expect(asked().at(-1)).toEqual(["i-0"]);
  });

  test("all have left: done, and nothing is asked for nobody", async () => {
    const { step, ctx, asked } = stand(
      { "i-a": "InService" },
      { "i-a": "The instance i-a is not in InService or Standby." },
    );
    expect(await run("detach-instances", step, ctx)).toMatchObject({ is: "done", receipt: { already: true } });
    expect(asked()).toEqual([["i-a"]]);
  });

  test("another refusal is a failure of the step", async () => {
    const { step, ctx } = stand({ "i-a": "InService", "i-b": "InService" }, { "i-a": "Something else is wrong." });
    await expect(run("detach-instances", step, ctx)).rejects.toThrow(/Something else/);
  });
});

describe("the last that takes requests behind a load balancer of its group", () => {
  test("is not detached, whoever else of the batch is", async () => {
    const { step, ctx, asked } = stand({ "i-a": "InService", "i-b": "InService" }, {}, ["i-a"]);
    expect(await run("detach-instances", step, ctx)).toMatchObject({ is: "done" });
    expect(asked()).toEqual([["i-b"]]);
  });

  test("alone in its batch: nothing is written", async () => {
    const { step, ctx, asked } = stand({ "i-a": "InService" }, {}, ["i-a"]);
    expect(await run("detach-instances", step, ctx)).toEqual({
      is: "skip",
      reason: "it is the last healthy target of nodes",
    });
    expect(asked()).toEqual([]);
  });

  test("is left where the others of its batch were detached before a crash: that was written, and is owed an end", async () => {
    const { step, ctx, asked } = stand({ "i-a": "InService", "i-b": "Detaching" }, {}, ["i-a"]);
    expect(await run("detach-instances", { ...step, state: "intended" }, ctx)).toMatchObject({ is: "done" });
    expect(asked()).toEqual([]);
  });

  test("others that are doomed do not count as healthy", async () => {
    const { step, ctx } = stand({ "i-a": "InService" }, {}, ["i-a", "i-doomed"]);
    const doomed = (): ReadonlySet<string> => new Set(["i-doomed"]);
    expect(await run("detach-instances", step, { ...ctx, doomed })).toMatchObject({ is: "skip" });
  });
});

test.each(["InService", "Pending:Wait", "Standby", "ReplacingRootVolume", "RootVolumeReplaced"])(
  "what was to be detached and is %s in its group is not terminated",
  async (state) => {
    const { ctx } = stand({ "i-a": state });
    const step = stepOf("retire:i-a", { responder: "terminate-detached", params: { group: "web", instanceId: "i-a" } });
    expect(await run("terminate-detached", step, ctx)).toMatchObject({ is: "skip" });
  },
);

test.each([
  [0, { is: "wait", reason: "EC2 does not know it, which does not say that it has ended" }],
  [290, { is: "wait" }],
  [300, { is: "done", receipt: { already: true } }],
])("what was detached, and EC2 does not find %i s after it was first to be terminated", async (seconds, result) => {
  const { aws } = fakeAws({
    autoScaling: { memberships: () => Promise.resolve(new Map()) },
    ec2: { terminateInstance: () => Promise.reject(failed("not-found", TERMINATE, "InvalidInstanceID.NotFound", "")) },
  });
  const step = stepOf("retire:i-a", {
    responder: "terminate-detached",
    params: { group: "web", instanceId: "i-a" },
    startedAt: T0,
  });
  expect(await run("terminate-detached", step, contextOf({ aws, now: T0 + seconds * 1_000 }))).toMatchObject(result);
});
