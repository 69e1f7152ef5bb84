import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { Ms } from "../clock.ts";
import type { Params, Plain } from "../model/plain.ts";
import type { Step } from "../model/step.ts";
import { placeOf, text } from "./step-input.ts";
import type { Context, Result } from "./responder.ts";

/** How long a read may still show the state before a write; AWS names no limit (assumed). */
export const SETTLES: Ms = 5_000;

/** Reads the group from AWS; returns null if it does not exist. */
export async function groupOf(step: Step, ctx: Context): Promise<AutoScalingGroup | null> {
  const name = text(step, "group");
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  return (await ctx.aws.autoScaling.describeGroups(placeOf(ctx.doc), [name], ask)).get(name) ?? null;
}

/** Reads the group's desired capacity from AWS; returns null if the group does not exist. */
export const capacityOf = async (step: Step, ctx: Context): Promise<number | null> =>
  (await groupOf(step, ctx))?.desired ?? null;

/** Whether a read already shows the effect of a write with an unknown outcome. */
export const mayVerify = (step: Step, ctx: Context): boolean => ctx.now >= (step.startedAt ?? 0) + SETTLES;

/** Checks an unexpected value: returns a wait until it has been read twice, then null. */
export function confirmed(step: Step, desired: number | null, ctx: Context): Result | null {
  if (desired === null || lastValue(step.receipt) === desired) return null;
  const receipt = { ...partsOf(step.receipt), desired };
  return { is: "wait", until: ctx.now + SETTLES, reason: `desired capacity is ${desired}`, receipt };
}

const lastValue = (receipt: Plain): Plain => partsOf(receipt)["desired"] ?? null;

const partsOf = (receipt: Plain): Params =>
  receipt !== null && typeof receipt === "object" && !Array.isArray(receipt) ? (receipt as Params) : {};

/** Skips the write, with the current value in the receipt for the group's document. */
export const theirs = (desired: number | null): Result => ({
  is: "skip",
  reason: desired === null ? "there is no such group any more" : `somebody else set the desired capacity to ${desired}`,
  receipt: { desired },
});
