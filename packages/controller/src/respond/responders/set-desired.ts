import type { Step } from "../../record/doc.ts";
import { number, placeOf, shown, text } from "../place.ts";
import type { Context, Responder, Result } from "../responder.ts";
import { doneBy } from "../write.ts";

/**
 * Sets desired capacity from a value that was seen to another. If somebody else has changed it meanwhile (a scaling
 * policy, a person), theirs stands. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html
 */
export const setDesired: Responder = {
  repeat: "look",
  nature: "acts",
  title: (step) => `change desired capacity from ${shown(step, "from")} to ${shown(step, "to")}`,
  async run(step, ctx) {
    const seen = await desired(step, ctx);
    const to = number(step.params, "to");
    if (seen !== number(step.params, "from"))
      return { is: "skip", reason: `somebody else set the desired capacity to ${seen ?? "nothing"}` };
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    return doneBy(await ctx.aws.autoScaling.setDesired(placeOf(ctx.doc), text(step, "group"), to, ask));
  },
  async look(step, ctx): Promise<Result | "not-done"> {
    const seen = await desired(step, ctx);
    return seen === number(step.params, "to") ? { is: "done", receipt: { already: false } } : "not-done";
  },
};

async function desired(step: Step, ctx: Context): Promise<number | undefined> {
  const name = text(step, "group");
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  return (await ctx.aws.autoScaling.describeGroups(placeOf(ctx.doc), [name], ask)).get(name)?.desired;
}
