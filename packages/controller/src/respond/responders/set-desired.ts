import type { Step } from "../../model/step.ts";
import { capacityOf, confirmed, mayLook, SETTLES, theirs } from "../desired.ts";
import { newcomersIn } from "../group/newcomers.ts";
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
  title: (step) => `change desired capacity from ${froms(step).join(" or ")} to ${shown(step, "to")}`,
  async run(step, ctx) {
    const seen = await capacityOf(step, ctx);
    const to = number(step.params, "to");
    // Of a list, all are ours, and what they are to become is there already.
    if (seen === to && Array.isArray(step.params["from"])) return { is: "done", receipt: { already: true } };
    if (seen === null || !isOurs(step, seen)) return confirmed(step, seen, ctx) ?? theirs(seen);
    if (seen > to && (await endNewcomer(step, ctx)) !== null) return endedOne(seen - 1, to, ctx);
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    return doneBy(await ctx.aws.autoScaling.setDesired(placeOf(ctx.doc), text(step, "group"), to, ask));
  },
  // No other write of ours comes between: what is seen is from before it, from after it, or somebody else's.
  async look(step, ctx) {
    if (!mayLook(step, ctx)) return "unknown";
    const seen = await capacityOf(step, ctx);
    if (seen === number(step.params, "to")) return { is: "done", receipt: { already: false } };
    return seen !== null && isOurs(step, seen) ? "not-done" : theirs(seen);
  },
};

/**
 * Who was launched for what is called off, and does not serve, goes first, with decrement. One at a time, so that the
 * record knows what each has left. Returns null if there is none.
 */
async function endNewcomer(step: Step, ctx: Context): Promise<string | null> {
  for (const id of await newcomersIn(text(step, "group"), ctx)) {
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const { already } = await ctx.aws.autoScaling.terminateInGroup(placeOf(ctx.doc), id, true, ask);
    if (!already) return id;
  }
  return null;
}

function endedOne(left: number, to: number, ctx: Context): Result {
  if (left === to) return { is: "done", receipt: { already: false, ended: true } };
  const reason = `desired capacity is ${left}: what was launched and does not serve is ended`;
  return { is: "wait", until: ctx.now + SETTLES, reason, receipt: { from: left } };
}

/** Whether desired capacity is what was to be found or, where the end of a newcomer may have been written, what that leaves. */
function isOurs(step: Step, seen: number): boolean {
  const from = froms(step);
  return (
    from.includes(seen) || (step.state === "intended" && seen > number(step.params, "to") && from.includes(seen + 1))
  );
}

/** What is to be found: as planned, or as the end of the last newcomer has left it. */
function froms({ params, receipt }: Step): readonly unknown[] {
  const { from = null } = receipt !== null && typeof receipt === "object" && "from" in receipt ? receipt : params;
  return Array.isArray(from) ? from : [from];
}
