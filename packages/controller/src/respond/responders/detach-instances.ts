import type { Step } from "../../record/doc.ts";
import { placeOf, text, texts } from "../place.ts";
import type { Context, Responder, Result } from "../responder.ts";
import { doneBy } from "../write.ts";

const idsOf = (step: Step): string[] => texts(step, "ids");

/**
 * Detaches without decrement: a replacement launches at once, and the detached are ours to terminate.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachInstances.html
 */
export const detachInstances: Responder = {
  repeat: "look",
  nature: "acts",
  title: (step) => `detach ${idsOf(step).join(", ")}`,
  async run(step, ctx) {
    const left = await stillIn(step, ctx);
    if (left.length === 0) return { is: "done", receipt: { ids: idsOf(step), already: true } };
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    return doneBy(await ctx.aws.autoScaling.detach(placeOf(ctx.doc), text(step, "group"), left, ask));
  },
  async look(step, ctx): Promise<Result | "not-done"> {
    const left = await stillIn(step, ctx);
    return left.length === 0 ? { is: "done", receipt: { ids: idsOf(step), already: false } } : "not-done";
  },
};

/** Those that are in the group and not on their way out: a repeated detach leaves out what is done. */
async function stillIn(step: Step, ctx: Context): Promise<string[]> {
  const ids = idsOf(step);
  const members = await ctx.aws.autoScaling.memberships(placeOf(ctx.doc), ids, {
    purpose: "act",
    deadline: ctx.deadline,
  });
  return ids.filter((id) => members.get(id)?.state === "InService");
}
