import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Step } from "../../model/step.ts";
import { confirmed, groupOf, mayVerify, SETTLES, theirs } from "../desired.ts";
import { instancesToTerminate } from "../group/newcomers.ts";
import { number, placeOf, shown, text } from "../step-input.ts";
import type { Context, Responder, Result } from "../responder.ts";
import { doneBy } from "../write.ts";

/**
 * Sets desired capacity from an expected value to another. If the current value is different, someone else has set it
 * (a scaling policy, a person): the write is skipped, with the value in the receipt. Before a decrease, new instances
 * that do not serve are terminated, since otherwise the group would choose among all.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html
 */
export const setDesired: Responder = {
  repeat: "verify",
  nature: "acts",
  phrase: "raise or lower the desired capacity",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => `change desired capacity from ${froms(step).join(" or ")} to ${shown(step, "to")}`,
  async run(step, ctx) {
    const group = await groupOf(step, ctx);
    const seen = group?.desired ?? null;
    const to = number(step.params, "to");
    // If `from` is a list of our own values, the target value is already set.
    if (seen === to && Array.isArray(step.params["from"])) return { is: "done", receipt: { already: true } };
    if (group === null || !isOurs(step, group)) return confirmed(step, seen, ctx) ?? theirs(seen);
    if (group.desired > to) {
      const left = await endNewcomers(group, to, ctx);
      if (left < group.desired) return endedOne(left, to, ctx);
    }
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    return doneBy(await ctx.aws.autoScaling.setDesired(placeOf(ctx.doc), text(step, "group"), to, ask));
  },
  // No other write of ours is in progress: the value is from before the write, after it, or from someone else.
  async verify(step, ctx) {
    if (!mayVerify(step, ctx)) return "unknown";
    const group = await groupOf(step, ctx);
    if (group?.desired === number(step.params, "to")) return { is: "done", receipt: { already: false } };
    return group !== null && isOurs(step, group) ? "not-done" : theirs(group?.desired ?? null);
  },
};

/**
 * Terminates new instances that do not serve, before desired capacity is lowered. In a group that counts instances, one
 * is terminated with decrement, and the step runs again for the next, so that each result is recorded. How much a
 * decrement lowers a weighted group is not documented: there all are terminated without decrement, and the following
 * call lowers desired capacity. The group launches a replacement only after an instance has terminated; if that
 * happens, the replacement is again a new instance.
 * https://docs.aws.amazon.com/cli/latest/reference/autoscaling/terminate-instance-in-auto-scaling-group.html (first
 * example)
 *
 * @returns the desired capacity after it
 */
async function endNewcomers(group: AutoScalingGroup, to: number, ctx: Context): Promise<number> {
  const decrement = group.counts === "instances";
  for (const id of await instancesToTerminate(group, to, ctx)) {
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const { already } = await ctx.aws.autoScaling.terminateInGroup(placeOf(ctx.doc), id, decrement, ask);
    if (decrement && !already) return group.desired - 1;
  }
  return group.desired;
}

function endedOne(left: number, to: number, ctx: Context): Result {
  if (left === to) return { is: "done", receipt: { already: false, ended: true } };
  const reason = `desired capacity is ${left}: what was launched and does not serve is ended`;
  return { is: "wait", until: ctx.now + SETTLES, reason, receipt: { from: left } };
}

/**
 * Whether desired capacity has an expected value, or one less if the termination of a new instance may have lowered it.
 */
function isOurs(step: Step, { desired, counts }: AutoScalingGroup): boolean {
  const from = froms(step);
  const mayBeLowered = counts === "instances" && step.state === "intended" && desired > number(step.params, "to");
  return from.includes(desired) || (mayBeLowered && from.includes(desired + 1));
}

/** Returns the expected values: as planned, or as left by the last terminated new instance. */
function froms({ params, receipt }: Step): readonly unknown[] {
  const { from = null } = receipt !== null && typeof receipt === "object" && "from" in receipt ? receipt : params;
  return Array.isArray(from) ? from : [from];
}
