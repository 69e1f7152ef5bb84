import type { Step } from "../../model/step.ts";
import { number, placeOf, shown, text } from "../step-input.ts";
import type { Context, Responder, Result } from "../responder.ts";
import { doneBy } from "../write.ts";

/**
 * Sets a group's On-Demand base from an expected value to another. If someone else has changed it, the write is
 * skipped. It waits for an instance refresh, which would include the changed policy.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html
 */
export const setOnDemandBase: Responder = {
  repeat: "verify",
  nature: "acts",
  phrase: "raise or lower the On-Demand base",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => `change the On-Demand base to ${shown(step, "to")}`,
  async run(step, ctx) {
    const name = text(step, "group");
    const seen = await baseOf(step, ctx);
    const to = number(step.params, "to");
    if (seen === to) return { is: "done", receipt: { already: true } };
    const { from } = step.params;
    if (!Array.isArray(from) || !from.includes(seen))
      return { is: "skip", reason: `somebody else set the On-Demand base to ${seen ?? "nothing"}` };
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    if (await ctx.aws.autoScaling.refreshing(placeOf(ctx.doc), name, ask))
      return { is: "wait", until: ctx.now + AGAIN, reason: "an instance refresh of the group is under way" };
    return doneBy(await ctx.aws.autoScaling.setOnDemandBase(placeOf(ctx.doc), name, to, ask));
  },
  async verify(step, ctx): Promise<Result | "not-done"> {
    const seen = await baseOf(step, ctx);
    return seen === number(step.params, "to") ? { is: "done", receipt: { already: false } } : "not-done";
  },
};

const AGAIN = 30_000;

async function baseOf(step: Step, ctx: Context): Promise<number | undefined> {
  const name = text(step, "group");
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  return (await ctx.aws.autoScaling.describeGroups(placeOf(ctx.doc), [name], ask)).get(name)?.onDemand?.base;
}
