import type { Step } from "../../record/doc.ts";
import { capacityOf, confirmed, mayLook, theirs } from "../desired.ts";
import { number, placeOf, shown, text } from "../place.ts";
import type { Responder } from "../responder.ts";
import { doneBy } from "../write.ts";

/**
 * Sets desired capacity from a value that was seen, or is ours, to another. If it is anything else, somebody else has set
 * it (a scaling policy, a person), and theirs stands: the group's record is told what it is.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html
 */
export const setDesired: Responder = {
  repeat: "look",
  nature: "acts",
  title: (step) => `change desired capacity from ${shown(step, "from")} to ${shown(step, "to")}`,
  async run(step, ctx) {
    const seen = await capacityOf(step, ctx);
    const to = number(step.params, "to");
    // Of a list, all are ours, and what they are to become is there already.
    if (seen === to && Array.isArray(step.params["from"])) return { is: "done", receipt: { already: true } };
    if (seen === null || !froms(step).includes(seen)) return confirmed(step, seen, ctx) ?? theirs(seen);
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    return doneBy(await ctx.aws.autoScaling.setDesired(placeOf(ctx.doc), text(step, "group"), to, ask));
  },
  // No other write of ours comes between: what is seen is from before it, from after it, or somebody else's.
  async look(step, ctx) {
    if (!mayLook(step, ctx)) return "unknown";
    const seen = await capacityOf(step, ctx);
    if (seen === number(step.params, "to")) return { is: "done", receipt: { already: false } };
    return seen !== null && froms(step).includes(seen) ? "not-done" : theirs(seen);
  },
};

function froms({ params }: Step): readonly unknown[] {
  const { from = null } = params;
  return Array.isArray(from) ? from : [from];
}
