import type { Ms } from "../clock.ts";
import { placeOf } from "./step-input.ts";
import type { Context } from "./responder.ts";

/**
 * How far back failed launches are read. A failed launch is reported with AWS's text; the group itself tries again.
 */
const LOOK_BACK: Ms = 900_000;
/** The start of the period is rounded to this, so that a storm's incidents of a group share a call. */
const SAME: Ms = 60_000;

/**
 * Whether a scaling activity is a launch. Others can fail, too, e.g. the termination of a protected instance.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-verify-scaling-activity.html
 */
const isLaunch = (description: string | null): boolean => description === null || /^Launching\b/.test(description);

export interface FailedLaunch {
  readonly said: string;
  readonly at: Ms;
}

/** Reads the group's last failed launch; returns null if none failed recently. */
export async function lastFailedLaunch(name: string, ctx: Context): Promise<FailedLaunch | null> {
  const ask = { purpose: "poll", deadline: ctx.deadline } as const;
  const since = Math.floor((ctx.now - LOOK_BACK) / SAME) * SAME;
  const activities = await ctx.aws.autoScaling.activities(placeOf(ctx.doc), name, since, ask);
  const failed = activities.find(({ status, description }) => status === "Failed" && isLaunch(description));
  if (failed === undefined) return null;
  return { said: failed.statusMessage ?? failed.description ?? failed.id, at: failed.startedAt };
}

/** Returns a text to append to a reason; empty if no launch failed. */
export const evidence = (failed: FailedLaunch | null): string =>
  failed === null ? "" : `; a launch failed: ${failed.said}`;
