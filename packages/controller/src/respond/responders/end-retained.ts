import { membershipOf } from "../group/member.ts";
import { placeOf, shown, text } from "../step-input.ts";
import type { Responder } from "../responder.ts";

/**
 * Terminates an instance that its group retains because a terminating hook was abandoned (by an answer or a timeout).
 * It is no capacity, so desired capacity stays. Not in a warm pool, where AWS refuses the call.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/manage-retained-instances.html
 */
export const endRetained: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "end it, since its group retains it",
  isShown: true,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => `end ${shown(step, "instanceId")}, which its group retains`,
  async run(step, ctx) {
    const at = placeOf(ctx.doc);
    const id = text(step, "instanceId");
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const state = (await ctx.aws.autoScaling.memberships(at, [id], ask)).get(id)?.state ?? null;
    if (state === null || membershipOf(state) !== "retained")
      return { is: "skip", reason: state === null ? "it has left its group" : `it is ${state}` };
    const { requestId, at: endedAt, already } = await ctx.aws.autoScaling.terminateInGroup(at, id, false, ask);
    const note = "its terminating hook was abandoned, and its group kept it running";
    return { is: "done", receipt: { requestId, at: endedAt, already }, note };
  },
};
