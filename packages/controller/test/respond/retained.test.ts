import { describe, expect, test } from "vitest";
import type { GroupMembership } from "../../src/aws/calls/auto-scaling.ts";
import { T0 } from "../correlate/support.ts";
import { contextOf, fakeAws, receipt, run } from "./context.ts";
import { reclaimed, stepOf } from "./support.ts";

const ID = "i-0123456789abcdef0";

/** An instance that runs long after it was to go, in `state` of its group. */
function stand(state: string | null) {
  const member: GroupMembership = { instanceId: ID, group: "web", state: state ?? "", protected: false };
  const { aws, calls } = fakeAws({
    ec2: { describeInstances: () => Promise.resolve(new Map([[ID, { ...reclaimed, id: ID, state: "running" }]])) },
    autoScaling: {
      memberships: () => Promise.resolve(state === null ? new Map() : new Map([[ID, member]])),
      terminateInGroup: () => Promise.resolve(receipt()),
    },
  });
  const ends = (): unknown[] =>
    calls.filter(([name]) => name === "autoScaling.terminateInGroup").map((call) => call.slice(2, 4));
  return { ctx: contextOf({ aws, now: T0 + 600_000, deadline: T0 + 9_000_000 }), ends };
}

describe("verify-gone", () => {
  const step = stepOf("verify-gone", {
    responder: "verify-gone",
    params: { subject: ID, type: "instance", deadline: T0 },
  });

  test("one that its group retains is waited for, and nothing is put back", async () => {
    expect(await run("verify-gone", step, stand("Terminating:Retained").ctx)).toMatchObject({
      is: "wait",
      reason: "its group retains it (Terminating:Retained): it runs and is billed until it is ended",
      receipt: { retained: true },
    });
  });

  test.each(["Terminating:Wait", "Warmed:Terminating:Retained", "Warmed:Pending:Retained"])(
    "one that is %s is going, and not ours to end",
    async (state) => {
      expect(await run("verify-gone", step, stand(state).ctx)).toMatchObject({
        is: "wait",
        receipt: { retained: false },
      });
    },
  );

  test.each([null, "InService", "Detaching", "RootVolumeReplaced"])("one that is %s still runs", async (state) => {
    expect(await run("verify-gone", step, stand(state).ctx)).toMatchObject({ is: "done", receipt: { gone: false } });
  });
});

describe("end-retained", () => {
  const step = stepOf("end-retained", { responder: "end-retained", params: { instanceId: ID } });

  test("without decrement: it counts towards nothing", async () => {
    const { ctx, ends } = stand("Terminating:Retained");
    expect(await run("end-retained", step, ctx)).toMatchObject({ is: "done", receipt: { already: false } });
    expect(ends()).toEqual([[ID, false]]);
  });

  test.each([null, "InService", "Terminating:Proceed", "Warmed:Terminating:Retained"])(
    "not one that is %s",
    async (state) => {
      const { ctx, ends } = stand(state);
      expect(await run("end-retained", step, ctx)).toMatchObject({ is: "skip" });
      expect(ends()).toEqual([]);
    },
  );
});
