import { AwsFailure } from "../../aws/failure.ts";
import type { Ms } from "../../clock.ts";
import type { Step } from "../../model/step.ts";
import { capacityOf, confirmed, mayVerify } from "../desired.ts";
import { numberOrNull, placeOf, shown, text } from "../step-input.ts";
import type { Context, Responder, Result } from "../responder.ts";

/**
 * Terminates the doomed instance and, by the same call, lowers desired capacity by its raise. If someone else has set
 * desired capacity, it is not lowered, and the group launches a replacement. The receipt has the decrease (`paid`) and
 * the new desired capacity: the group's machine lowers the rest, e.g. if the instance was already gone.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
 */
export const terminateInGroup: Responder = {
  repeat: "verify",
  nature: "acts",
  phrase: "terminate it in its group",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) =>
    `terminate ${shown(step, "instanceId")} in its group${step.params["units"] === 0 ? "" : ", with decrement"}`,
  async run(step, ctx): Promise<Result> {
    const [state, seen] = await Promise.all([stateOf(step, ctx), capacityOf(step, ctx)]);
    const { from, units } = owedBy(step);
    const asExpected = from === null || seen === from;
    if (!asExpected) {
      const again = confirmed(step, seen, ctx);
      if (again !== null) return again;
    }
    if (isLeaving(state)) return goneByItself(seen);
    const decrement = units > 0 && asExpected;
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const receipt = await ctx.aws.autoScaling.terminateInGroup(
      placeOf(ctx.doc),
      text(step, "instanceId"),
      decrement,
      ask,
    );
    if (receipt.already) return goneByItself(seen);
    const { requestId, at } = receipt;
    const left = decrement && units !== 1 ? await capacityOf(step, ctx) : seen;
    const paid = !decrement ? 0 : units === 1 || left === null || seen === null ? units : clamp(seen - left, units);
    return {
      is: "done",
      receipt: { requestId, at, already: false, paid, desired: seen === null ? null : seen - paid },
    };
  },
  async verify(step, ctx): Promise<Result | "not-done" | "unknown"> {
    if (!mayVerify(step, ctx)) return "unknown";
    const [state, seen] = await Promise.all([stateOf(step, ctx), capacityOf(step, ctx)]);
    if (!isLeaving(state)) return "not-done";
    const { from, units } = owedBy(step);
    if (units === 0) return goneByItself(seen);
    const paid = (from !== null && seen === from - units) || (await wasShrunk(step, ctx)) ? units : 0;
    return { is: "done", receipt: { already: false, paid, desired: seen } };
  },
};

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));

const goneByItself = (desired: number | null): Result => ({
  is: "done",
  receipt: { already: true, paid: 0, desired },
  note: "it was so already",
});

/** Reads the parameters. A step of an earlier version has no `from`, and means one instance. */
const owedBy = (step: Step): { readonly from: number | null; readonly units: number } => ({
  from: numberOrNull(step, "from"),
  units: numberOrNull(step, "units") ?? 1,
});

/**
 * Whether the instance leaves or has left its group, for any reason; scaling activity and capacity show the reason.
 */
const isLeaving = (state: string | null): boolean => state === null || state.startsWith("Terminating");

async function stateOf(step: Step, ctx: Context): Promise<string | null> {
  const id = text(step, "instanceId");
  const members = await ctx.aws.autoScaling.memberships(placeOf(ctx.doc), [id], {
    purpose: "act",
    deadline: ctx.deadline,
  });
  return members.get(id)?.state ?? null;
}

/** Clock difference: an activity that began this long before our call may belong to it. */
const SKEW: Ms = 60_000;

/**
 * Whether the instance was terminated with decrement, by its scaling activity: "instance i-… was taken out of service
 * in response to a user request, shrinking the capacity from 2 to 1". Used if desired capacity alone does not show it.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html (Activity)
 */
async function wasShrunk(step: Step, ctx: Context): Promise<boolean> {
  const id = text(step, "instanceId");
  const since = (step.startedAt ?? ctx.now) - SKEW;
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  const asked = ctx.aws.autoScaling.activities(placeOf(ctx.doc), text(step, "group"), since, ask);
  // If AWS refuses, only desired capacity is used.
  const activities = await asked.catch((error: unknown) => {
    if (error instanceof AwsFailure && !error.fields.retryable) return [];
    throw error;
  });
  return activities.some(
    ({ description, cause }) =>
      description?.includes(id) === true &&
      cause?.includes("user request") === true &&
      cause.includes("shrinking the capacity"),
  );
}
