import type { Step } from "../../record/doc.ts";
import { placeOf, shown, text } from "../place.ts";
import type { Context, Responder, Result } from "../responder.ts";
import { doneBy } from "../write.ts";

/**
 * Terminates the doomed instance and lowers desired capacity by one: pays back what was raised. One that has gone by
 * itself is `already`; the group's record then lowers what it raised.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
 */
export const terminateInGroup: Responder = {
  repeat: "look",
  nature: "acts",
  title: (step) => `terminate ${shown(step, "instanceId")} in its group, with decrement`,
  async run(step, ctx) {
    if (isLeaving(await stateOf(step, ctx))) return { is: "done", receipt: { already: true } };
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    return doneBy(await ctx.aws.autoScaling.terminateInGroup(placeOf(ctx.doc), text(step, "instanceId"), true, ask));
  },
  async look(step, ctx): Promise<Result | "not-done"> {
    return isLeaving(await stateOf(step, ctx)) ? { is: "done", receipt: { already: true } } : "not-done";
  },
};

/**
 * It leaves its group, or has left it: by us, by itself, or by the group's own doing cannot be told apart here. The desired
 * capacity, which only we lower, can: the step that lowers it looks at that first.
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
