import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { Ms } from "../clock.ts";
import type { Params, Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import { placeOf, text } from "./place.ts";
import type { Context, Result } from "./responder.ts";

/** How long a look may still show what was before a write; AWS gives no bound (assumed). */
export const SETTLES: Ms = 5_000;

/** The group, read afresh; null: there is no such group. */
export async function groupOf(step: Step, ctx: Context): Promise<AutoScalingGroup | null> {
  const name = text(step, "group");
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  return (await ctx.aws.autoScaling.describeGroups(placeOf(ctx.doc), [name], ask)).get(name) ?? null;
}

/** The group's desired capacity, read afresh; null: there is no such group. */
export const capacityOf = async (step: Step, ctx: Context): Promise<number | null> =>
  (await groupOf(step, ctx))?.desired ?? null;

/** Whether a look shows by now what a write of unknown outcome has done. */
export const mayLook = (step: Step, ctx: Context): boolean => ctx.now >= (step.startedAt ?? 0) + SETTLES;

/** A value that nobody expected is believed when it is seen twice; until then the step waits. */
export function confirmed(step: Step, desired: number | null, ctx: Context): Result | null {
  if (desired === null || seenBefore(step.receipt) === desired) return null;
  const receipt = { ...partsOf(step.receipt), desired };
  return { is: "wait", until: ctx.now + SETTLES, reason: `desired capacity is ${desired}`, receipt };
}

const seenBefore = (receipt: Plain): Plain => partsOf(receipt)["desired"] ?? null;

const partsOf = (receipt: Plain): Params =>
  receipt !== null && typeof receipt === "object" && !Array.isArray(receipt) ? (receipt as Params) : {};

/** Not written; the group's record reads what it is now. */
export const theirs = (desired: number | null): Result => ({
  is: "skip",
  reason: desired === null ? "there is no such group any more" : `somebody else set the desired capacity to ${desired}`,
  receipt: { desired },
});
