import { leftOf } from "../../aws/auto-scaling-errors.ts";
import { AwsFailure } from "../../aws/failure.ts";
import type { Step } from "../../model/step.ts";
import { lastHealthy } from "../group/last-healthy.ts";
import { membershipOf } from "../group/member.ts";
import { placeOf, text, texts } from "../step-input.ts";
import type { Context, Responder, Result } from "../responder.ts";
import { doneBy } from "../write.ts";

const idsOf = (step: Step): string[] => texts(step, "ids");
const actingOf = (ctx: Context) => ({ purpose: "act", deadline: ctx.deadline }) as const;

/**
 * Detaches instances without decrement: the group launches replacements at once, and Spotkeeper must terminate the
 * detached instances. Detaching also deregisters them from the group's load balancers, so a last healthy target is not
 * detached.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachInstances.html
 */
export const detachInstances: Responder = {
  repeat: "verify",
  nature: "acts",
  phrase: "detach it, so that the group launches another",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => `detach ${idsOf(step).join(", ")}`,
  async run(step, ctx) {
    const left = await stillIn(step, ctx);
    if (left.length === 0) return { is: "done", receipt: { ids: idsOf(step), already: true } };
    const last = await lastOf(text(step, "group"), left, ctx);
    const free = left.filter((id) => last[id] === undefined);
    if (free.length > 0) return detach(step, free, ctx);
    // If others of the batch were detached, the write happened, and they must be terminated.
    if (left.length < idsOf(step).length) return { is: "done", receipt: { ids: idsOf(step), already: true } };
    return { is: "skip", reason: `it is the last healthy target of ${Object.values(last)[0] ?? "its load balancer"}` };
  },
  async verify(step, ctx): Promise<Result | "not-done"> {
    const left = await stillIn(step, ctx);
    return left.length === 0 ? { is: "done", receipt: { ids: idsOf(step), already: false } } : "not-done";
  },
};

/**
 * Detaches instances. One that has left its group fails the call for all, so it is repeated with the others; each time
 * at least one fewer.
 */
async function detach(step: Step, ids: readonly string[], ctx: Context): Promise<Result> {
  try {
    return doneBy(await ctx.aws.autoScaling.detach(placeOf(ctx.doc), text(step, "group"), ids, actingOf(ctx)));
  } catch (error) {
    const gone = error instanceof AwsFailure ? leftOf(error, ids) : [];
    if (gone.length === 0) throw error;
    const left = (await stillIn(step, ctx)).filter((id) => ids.includes(id) && !gone.includes(id));
    if (left.length === 0) return { is: "done", receipt: { ids: idsOf(step), already: true } };
    return detach(step, left, ctx);
  }
}

async function lastOf(name: string, ids: readonly string[], ctx: Context): Promise<{ readonly [id: string]: string }> {
  const group = (await ctx.aws.autoScaling.describeGroups(placeOf(ctx.doc), [name], actingOf(ctx))).get(name);
  return group === undefined ? {} : lastHealthy(group, ids, ctx);
}

/** Returns the instances that are still in service in the group, so that a repeated detach omits the others. */
async function stillIn(step: Step, ctx: Context): Promise<string[]> {
  const ids = idsOf(step);
  const members = await ctx.aws.autoScaling.memberships(placeOf(ctx.doc), ids, actingOf(ctx));
  return ids.filter((id) => {
    const member = members.get(id);
    return member !== undefined && membershipOf(member.state) === "in-service";
  });
}
