import type { Ms } from "../clock.ts";
import { placeOf } from "./place.ts";
import type { Context } from "./responder.ts";

/** A launch that failed is told with AWS's own words; the group tries again by itself. */
const LOOK_BACK: Ms = 900_000;
/** Those who ask within one such time ask the same, so that a storm's incidents of a group share a call. */
const SAME: Ms = 60_000;

/**
 * Other activities fail, too: an instance that is retained or protected is one whose termination failed.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-verify-scaling-activity.html
 */
const isLaunch = (description: string | null): boolean => description === null || /^Launching\b/.test(description);

export interface FailedLaunch {
  readonly said: string;
  readonly at: Ms;
}

/** The group's last launch that failed, if one did lately. */
export async function lastFailedLaunch(name: string, ctx: Context): Promise<FailedLaunch | null> {
  const ask = { purpose: "poll", deadline: ctx.deadline } as const;
  const since = Math.floor((ctx.now - LOOK_BACK) / SAME) * SAME;
  const activities = await ctx.aws.autoScaling.activities(placeOf(ctx.doc), name, since, ask);
  const failed = activities.find(({ status, description }) => status === "Failed" && isLaunch(description));
  if (failed === undefined) return null;
  return { said: failed.statusMessage ?? failed.description ?? failed.id, at: failed.startedAt };
}

/** To be read after a reason; empty where none failed. */
export const evidence = (failed: FailedLaunch | null): string =>
  failed === null ? "" : `; a launch failed: ${failed.said}`;
