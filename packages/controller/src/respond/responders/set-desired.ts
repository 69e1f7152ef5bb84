import type { Step } from "../../record/doc.ts";
import { capacityOf, confirmed, mayLook, theirs } from "../desired.ts";
import { newcomersIn } from "../group/newcomers.ts";
import { number, placeOf, shown, text } from "../place.ts";
import type { Context, Responder } from "../responder.ts";
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
  title: (step) => `change desired capacity from ${shown(step, "from")} to ${shown(step, "to")}`,
  async run(step, ctx) {
    const seen = await capacityOf(step, ctx);
    const to = number(step.params, "to");
    // Of a list, all are ours, and what they are to become is there already.
    if (seen === to && Array.isArray(step.params["from"])) return { is: "done", receipt: { already: true } };
    if (seen === null || !isOurs(step, seen)) return confirmed(step, seen, ctx) ?? theirs(seen);
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const paid = seen > to ? await endNewcomers(step, seen - to, ctx) : 0;
    if (paid > 0 && paid === seen - to) return { is: "done", receipt: { already: false, ended: paid } };
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

/** Who was launched for what is called off, and does not serve, goes first: each with decrement. Returns how many went. */
async function endNewcomers(step: Step, most: number, ctx: Context): Promise<number> {
  const ids = (await newcomersIn(text(step, "group"), ctx)).slice(0, most);
  let ended = 0;
  for (const id of ids) {
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const { already } = await ctx.aws.autoScaling.terminateInGroup(placeOf(ctx.doc), id, true, ask);
    if (!already) ended += 1;
  }
  return ended;
}

/** Lowered by one call for each newcomer, it may have been left half-way. */
function isOurs(step: Step, seen: number): boolean {
  const from = froms(step);
  if (from.includes(seen)) return true;
  const begun = step.attempts > 0 || step.state === "intended";
  return begun && seen > number(step.params, "to") && from.some((one) => typeof one === "number" && seen < one);
}

function froms({ params }: Step): readonly unknown[] {
  const { from = null } = params;
  return Array.isArray(from) ? from : [from];
}
