import { describe, expect, test } from "vitest";
import { failed } from "../../src/aws/failure.ts";
import type { ScalingActivity } from "../../src/aws/calls/auto-scaling.ts";
import type { Plain } from "../../src/model/plain.ts";
import type { Context } from "../../src/respond/responder.ts";
import type { ResponderName } from "../../src/respond/responders/index.ts";
import { runStep } from "../../src/respond/machine/run-step.ts";
import { ID, T0 } from "../correlate/support.ts";
import { ACT, contextOf, fakeAws, receipt, responder, run } from "./context.ts";
import { factsWith, stepOf } from "./support.ts";

interface Seen {
  readonly desired: number | null;
  readonly state?: string | null;
  readonly activities?: readonly ScalingActivity[];
}

/** A group as it is seen, which takes any write. */
function groupAt({ desired, state = "InService", activities = [] }: Seen): ReturnType<typeof fakeAws> {
  const found = state === null ? [] : [{ instanceId: ID, group: "web", state, protected: false }];
  return fakeAws({
    autoScaling: {
      describeGroups: async () => new Map(desired === null ? [] : [["web", { ...factsWith().group!, desired }]]),
      memberships: async () => new Map(found.map((one) => [one.instanceId, one])),
      activities: async () => activities,
      setDesired: async () => receipt(),
      terminateInGroup: async () => receipt(),
    },
  });
}

const writes = (calls: readonly (readonly [string, ...unknown[]])[]): unknown[] =>
  calls.filter(([name]) => /setDesired|terminateInGroup/.test(name)).map((call) => call.slice(2));

/** After a crash, when what was written shows. */
async function look(name: ResponderName, step: ReturnType<typeof stepOf>, over: Partial<Context>): Promise<unknown> {
  const one = responder(name);
  return one.repeat === "verify" && one.verify({ ...step, startedAt: T0 }, contextOf({ now: T0 + 10_000, ...over }));
}

describe("set-desired", () => {
  const step = stepOf("raise:1", { params: { group: "web", from: 10, to: 11 } });
  const settle = stepOf("settle", { params: { group: "web", from: [11, 12], to: 10 } });

  test("writes from what it expects, and nothing else", async () => {
    const { aws, calls } = groupAt({ desired: 10 });
    expect(await run("set-desired", step, contextOf({ aws }))).toMatchObject({ is: "done" });
    expect(writes(calls)).toEqual([["web", 11, ACT]]);
  });

  test("another value is believed when it is seen twice: theirs stands, and the record hears what it is", async () => {
    const { aws, calls } = groupAt({ desired: 15 });
    const first = await run("set-desired", step, contextOf({ aws }));
    expect(first).toMatchObject({ is: "wait", until: T0 + 5_000, receipt: { desired: 15 } });
    const again = { ...step, receipt: { desired: 15 } };
    const second = await run("set-desired", again, contextOf({ aws }));
    expect(second).toEqual({
      is: "skip",
      reason: "somebody else set the desired capacity to 15",
      receipt: { desired: 15 },
    });
    expect(writes(calls)).toEqual([]);
  });

  test.each([
    ["written", 11, { is: "done" }],
    ["not written", 10, "not-done"],
    ["somebody else's", 15, { is: "skip", receipt: { desired: 15 } }],
  ])("after a crash: %s", async (_what, desired, expected) => {
    const seen = await look("set-desired", step, { aws: groupAt({ desired }).aws });
    if (typeof expected === "string") expect(seen).toBe(expected);
    else expect(seen).toMatchObject(expected);
  });

  test("is not looked at before what was written shows", async () => {
    expect(await look("set-desired", step, { aws: groupAt({ desired: 10 }).aws, now: T0 + 4_999 })).toBe("unknown");
  });

  test.each([
    ["as it was", 10, { is: "done", receipt: { already: true } }, 0],
    ["one of ours", 12, { is: "done", receipt: { already: false } }, 1],
    ["theirs", 13, { is: "skip", receipt: { desired: 13 } }, 0],
  ] as const)("settles: %s", async (_what, desired, expected, count) => {
    const { aws, calls } = groupAt({ desired });
    const result = await run("set-desired", { ...settle, receipt: { desired } }, contextOf({ aws }));
    expect(result).toMatchObject(expected);
    expect(writes(calls)).toHaveLength(count);
  });

  test("a value between the two is somebody else's as well, where nothing was written yet", async () => {
    const { aws, calls } = groupAt({ desired: 11 });
    const lower = stepOf("lower:raise:1", { params: { group: "web", from: 12, to: 10 } });
    const first = await run("set-desired", lower, contextOf({ aws }));
    expect(first).toMatchObject({ is: "wait", receipt: { desired: 11 } });
    const again = { ...lower, attempts: 1, receipt: { desired: 11 } };
    expect(await run("set-desired", again, contextOf({ aws }))).toMatchObject({ is: "skip", receipt: { desired: 11 } });
    expect(writes(calls)).toEqual([]);
  });
});

describe("terminate-in-group", () => {
  const stepFor = (params: { readonly [name: string]: Plain }): ReturnType<typeof stepOf> =>
    stepOf("retire", { params: { group: "web", instanceId: ID, ...params } });
  const step = stepFor({ from: 11, units: 1 });

  test.each([
    ["with decrement, where desired capacity is what it should be", step, 11, true, { paid: 1, desired: 10 }],
    [
      "without, where somebody else has set it",
      { ...step, receipt: { desired: 15 } },
      15,
      false,
      { paid: 0, desired: 15 },
    ],
    ["without, where nothing is owed", stepFor({ from: null, units: 0 }), 11, false, { paid: 0, desired: 11 }],
    ["with, as an earlier version planned it", stepFor({}), 11, true, { paid: 1, desired: 10 }],
  ])("terminates a member %s", async (_what, one, desired, decrement, told) => {
    const { aws, calls } = groupAt({ desired });
    const result = await run("terminate-in-group", one, contextOf({ aws }));
    expect(result).toMatchObject({ is: "done", receipt: told });
    expect(writes(calls)).toEqual([[ID, decrement, ACT]]);
  });

  test.each([null, "Terminating:Wait"])("one that leaves or has left (%s) has paid nothing back", async (state) => {
    const { aws, calls } = groupAt({ desired: 11, state });
    const gone = { is: "done", receipt: { already: true, paid: 0, desired: 11 } };
    expect(await run("terminate-in-group", step, contextOf({ aws }))).toMatchObject(gone);
    expect(writes(calls)).toEqual([]);
  });

  const ended = (cause: string): ScalingActivity => ({
    id: "a-1",
    status: "InProgress",
    statusMessage: null,
    description: `Terminating EC2 instance: ${ID}`,
    cause: `At 2026-11-20T12:00:00Z instance ${ID} was taken out of service in response to ${cause}`,
    startedAt: T0,
  });
  const shrunk = ended("a user request, shrinking the capacity from 11 to 10.");
  const failing = ended("an EC2 health check indicating it has been terminated or stopped.");

  test.each([
    ["it is still in service", { desired: 11 }, "not-done"],
    ["it was us", { desired: 10, state: "Terminating" }, { paid: 1, desired: 10 }],
    ["it had gone by itself", { desired: 11, state: null, activities: [failing] }, { paid: 0, desired: 11 }],
    ["it was us, and somebody raised it again", { desired: 11, state: null, activities: [shrunk] }, { paid: 1 }],
    ["it was us, and somebody set it", { desired: 15, state: null, activities: [shrunk] }, { paid: 1, desired: 15 }],
  ] as const)("after a crash: %s", async (_what, seen, expected) => {
    const result = await look("terminate-in-group", step, { aws: groupAt(seen).aws });
    if (typeof expected === "string") expect(result).toBe(expected);
    else expect(result).toMatchObject({ is: "done", receipt: expected });
  });

  test("what AWS has taken off is asked, where an instance counts for more than one", async () => {
    const desired = [40, 39];
    const { aws } = fakeAws({
      autoScaling: {
        describeGroups: async () => new Map([["web", { ...factsWith().group!, desired: desired.shift() ?? 0 }]]),
        memberships: async () =>
          new Map([[ID, { instanceId: ID, group: "web", state: "InService", protected: false }]]),
        terminateInGroup: async () => receipt(),
      },
    });
    const result = await run("terminate-in-group", stepFor({ from: 40, units: 4 }), contextOf({ aws }));
    expect(result).toMatchObject({ receipt: { paid: 1, desired: 39 } });
  });
});

test("a look that AWS refuses does not say that nothing was written: it is looked again", async () => {
  const { aws } = fakeAws({
    autoScaling: {
      describeGroups: async () =>
        Promise.reject(failed("denied", { service: "autoscaling", name: "Describe" }, "AccessDenied", "no")),
    },
  });
  const params = { group: "web", from: 10, to: 11 };
  const step = stepOf("raise:1", { params, state: "intended", startedAt: T0 });
  const context = contextOf({ aws, now: T0 + 10_000 });
  const finished = await runStep(responder("set-desired"), step, context, () => 0);
  expect("failure" in finished && finished.failure).toMatchObject({
    reason: expect.stringMatching(/^whether it happened could not be asked/),
    retryAt: expect.any(Number),
  });
});
