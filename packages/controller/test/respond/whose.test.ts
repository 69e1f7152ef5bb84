import { findResponder } from "../../src/respond/responders/index.ts";
import { describe, expect, test } from "vitest";
import type { Target, TargetHealth } from "../../src/aws/calls/elb.ts";
import { failed } from "../../src/aws/failure.ts";
import { registrationsIn, shortly } from "../../src/decide/registrations.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Step } from "../../src/model/step.ts";
import { doneUnrecorded, putBack } from "../../src/respond/incident/undo.ts";
import { T0, warning } from "../correlate/support.ts";
import { contextOf, fakeAws, receipt, run } from "./context.ts";
import { incidentOf, stepOf } from "./support.ts";

const ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef";
const ID = incidentOf(warning(0)).body.subject.id;
const step = stepOf("deregister:web", {
  responder: "deregister-target",
  params: { targetGroupArn: ARN, targets: [`80 ${ID}`] },
});

/** What the receipt says after the target was seen in this state at this time, by the worker that opened the incident or by another. */
async function whose(state: TargetHealth["state"] | null, observedAt: number, opened: boolean): Promise<unknown> {
  const inventory = createMemoryInventory();
  const listed = { id: ID, port: 80, reason: null, availabilityZone: null };
  inventory.put("health", ARN, state === null ? [] : [{ ...listed, state }], observedAt);
  const { aws } = fakeAws({ elb: { deregister: async () => receipt() } });
  const result = await run("deregister-target", step, contextOf({ aws, inventory, opened }));
  return (result.receipt as { ours: string }).ours;
}

describe("whose effect a deregistration was", () => {
  test.each([
    ["healthy before", "healthy", -60_000, true, "yes"],
    ["draining before", "draining", -60_000, true, "no"],
    ["draining so long ago that it was registered since", "draining", -600_000, true, "yes"],
    ["not listed before: it may have been registered since", null, -60_000, true, "unknown"],
    ["draining, as this worker's own look-up finds", "draining", 30_000, true, "no"],
    ["draining, as a worker finds that took over: by us", "draining", 30_000, false, "unknown"],
  ] as const)("%s", async (_name, state, at, opened, ours) => {
    expect(await whose(state, T0 + at, opened)).toBe(ours);
  });
});

describe("what is owed", () => {
  const owed = (over: Partial<Step>, more: Partial<Incident> = {}): unknown[] => {
    const { body } = incidentOf(warning(0));
    const settled = { ...step, state: "done" as const, ...over };
    return putBack({ ...body, ...more, steps: [settled, ...(more.steps ?? [])] }, findResponder, T0).map(
      ({ params }) => params,
    );
  };
  test.each<[string, Partial<Step>, number]>([
    ["ours", { receipt: { already: false, ours: "yes" } }, 1],
    ["somebody else's", { receipt: { already: false, ours: "no" } }, 0],
    ["not known", { receipt: { already: false, ours: "unknown" } }, 1],
    ["of an earlier version, and so already", { receipt: { already: true } }, 0],
    ["of an earlier version", { receipt: { already: false } }, 1],
    ["not done", { state: "skipped", receipt: null }, 0],
    ["refused", { state: "abandoned", attempts: 1, reason: "denied: not allowed" }, 0],
    [
      "given up without an answer",
      { state: "abandoned", attempts: 2, reason: "its time is over; last: timed-out: no answer" },
      1,
    ],
    [
      "given up, when an answer before the last was lost",
      {
        state: "abandoned",
        attempts: 3,
        reason: "its time is over; last: throttled: Rate exceeded",
        receipt: { mayBeDone: true },
      },
      1,
    ],
  ])("%s", (_name, over, count) => expect(owed(over)).toHaveLength(count));

  test("what was done while the ledger was away is ours, though its repetition found it done", () => {
    const flagged = [doneUnrecorded(step.id)];
    expect(owed({ receipt: { already: true, ours: "no" } }, { flagged })).toHaveLength(1);
  });

  test("targets that were gone early are named as somebody else's", () => {
    const watched = stepOf("await-targets", {
      state: "done",
      receipt: { early: [`${step.id}|${ID} 80`, "other|x 1"] },
    });
    const [params] = owed({ receipt: { already: false, ours: "yes" } }, { steps: [watched] });
    expect(params).toMatchObject({ theirs: [`${ID} 80`] });
  });
});

test("a step keeps all that a target was registered with", () => {
  const targets: Target[] = [
    { id: "192.168.0.7", port: 8080, availabilityZone: "all" },
    { id: "10.0.0.9", port: 8080 },
    { id: "10.0.0.8", port: null, quicServerId: "0x0123456789abcdef" },
  ];
  const kept = shortly(targets, targets.length);
  expect(kept).toEqual(["8080@all 192.168.0.7", "8080 10.0.0.9", "- 10.0.0.8#0x0123456789abcdef"]);
  expect(registrationsIn({ targets: kept }, [])).toEqual(targets);
});

describe("DRAINING", () => {
  const params = { clusterArn: "cluster/shop", containerInstanceArn: "container-instance/shop/1" };
  const drain = stepOf("drain", { responder: "set-draining", params });
  const refusedAs = failed(
    "invalid",
    { service: "ecs", name: "UpdateContainerInstancesState" },
    "InvalidParameterException",
    "",
  );

  test.each([
    ["DRAINING", { is: "done", receipt: { already: true, ours: "no" } }],
    ["ACTIVE", null],
  ] as const)("what AWS refuses is looked at: it is %s", async (status, expected) => {
    const { aws } = fakeAws({
      ecs: {
        setState: () => Promise.reject(refusedAs),
        containerInstance: async () => ({ arn: params.containerInstanceArn, status }) as never,
      },
    });
    const result = run("set-draining", drain, contextOf({ aws }));
    if (expected === null) await expect(result).rejects.toBe(refusedAs);
    else expect(await result).toMatchObject(expected);
  });
});
