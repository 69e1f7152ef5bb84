import type { TargetHealth } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import { placeOf } from "./step-input.ts";
import type { Context } from "./responder.ts";

/** Interval of health polls. All waiting steps share a read that is at most half of it old. */
export const HEALTH_POLL: Ms = 5_000;

/** Returns a target group's health; at most half a poll interval old. */
export async function healthOf(arn: string, ctx: Context): Promise<readonly TargetHealth[]> {
  const known = ctx.inventory.get("health", arn);
  if (known !== undefined && ctx.clock.now() - known.observedAt < HEALTH_POLL / 2) return known.value;
  const asked = ctx.clock.now();
  const health = await ctx.aws.elb.targetHealth(placeOf(ctx.doc), arn, { purpose: "poll", deadline: ctx.deadline });
  ctx.inventory.put("health", arn, health, asked);
  return health;
}
