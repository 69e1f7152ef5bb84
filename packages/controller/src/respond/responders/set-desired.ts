import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Step } from "../../model/step.ts";
import { confirmed, groupOf, mayLook, SETTLES, theirs } from "../desired.ts";
import { whoGoes } from "../group/newcomers.ts";
import { number, placeOf, shown, text } from "../place.ts";
import type { Context, Responder, Result } from "../responder.ts";
import { doneBy } from "../write.ts";

/**
 * Sets desired capacity from a value that was seen, or is ours, to another. If it is anything else, somebody else has set
 * it (a scaling policy, a person), and theirs stands: the group's record is told what it is.
 * Lowered, whoever was launched for it and does not serve is ended first, since the group would choose among all.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html
 */
export const setDesired: Responder = {
  repeat: "look",
  nature: "acts",
  phrase: "raise or lower the desired capacity",
  isTold: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => `change desired capacity from ${froms(step).join(" or ")} to ${shown(step, "to")}`,
  async run(step, ctx) {
    const group = await groupOf(step, ctx);
    const seen = group?.desired ?? null;
    const to = number(step.params, "to");
    // Of a list, all are ours, and what they are to become is there already.
    if (seen === to && Array.isArray(step.params["from"])) return { is: "done", receipt: { already: true } };
    if (group === null || !isOurs(step, group)) return confirmed(step, seen, ctx) ?? theirs(seen);
    if (group.desired > to) {
      const left = await endNewcomers(group, to, ctx);
      if (left < group.desired) return endedOne(left, to, ctx);
    }
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    return doneBy(await ctx.aws.autoScaling.setDesired(placeOf(ctx.doc), text(step, "group"), to, ask));
  },
  // No other write of ours comes between: what is seen is from before it, from after it, or somebody else's.
  async look(step, ctx) {
    if (!mayLook(step, ctx)) return "unknown";
    const group = await groupOf(step, ctx);
    if (group?.desired === number(step.params, "to")) return { is: "done", receipt: { already: false } };
    return group !== null && isOurs(step, group) ? "not-done" : theirs(group?.desired ?? null);
  },
};

/**
 * Who was launched for what is called off, and does not serve, goes first. In a group that counts instances one goes with
 * decrement, and the step comes back for the next, so that the record knows what each has left. By how much a decrement
 * lowers a group that counts anything else is not documented: there all go without, and desired capacity is lowered by the
 * call that follows. The group launches nobody between: a replacement comes when an instance has terminated, and if it
 * comes all the same, since no call could follow, it is a newcomer in its turn.
 * https://docs.aws.amazon.com/cli/latest/reference/autoscaling/terminate-instance-in-auto-scaling-group.html (first example)
 *
 * @returns what desired capacity is then
 */
async function endNewcomers(group: AutoScalingGroup, to: number, ctx: Context): Promise<number> {
  const decrement = group.counts === "instances";
  for (const id of await whoGoes(group, to, ctx)) {
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

/** Whether desired capacity is what was to be found or, where the end of a newcomer may have lowered it, what that leaves. */
function isOurs(step: Step, { desired, counts }: AutoScalingGroup): boolean {
  const from = froms(step);
  const mayBeLowered = counts === "instances" && step.state === "intended" && desired > number(step.params, "to");
  return from.includes(desired) || (mayBeLowered && from.includes(desired + 1));
}

/** What is to be found: as planned, or as the end of the last newcomer has left it. */
function froms({ params, receipt }: Step): readonly unknown[] {
  const { from = null } = receipt !== null && typeof receipt === "object" && "from" in receipt ? receipt : params;
  return Array.isArray(from) ? from : [from];
}
