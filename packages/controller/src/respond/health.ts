import type { TargetHealth } from "../aws/calls/elb.ts";
import type { Ms } from "../clock.ts";
import { placeOf } from "./place.ts";
import type { Context } from "./responder.ts";

/** Between two looks. Everybody who waits for one target group shares a look that is no older than half of it. */
export const HEALTH_POLL: Ms = 5_000;

/** The target group's health, from a look of at most half a poll ago. */
export async function healthOf(arn: string, ctx: Context): Promise<readonly TargetHealth[]> {
  const known = ctx.inventory.get("health", arn);
  if (known !== undefined && ctx.clock.now() - known.observedAt < HEALTH_POLL / 2) return known.value;
  const asked = ctx.clock.now();
  const health = await ctx.aws.elb.targetHealth(placeOf(ctx.doc), arn, { purpose: "poll", deadline: ctx.deadline });
  ctx.inventory.put("health", arn, health, asked);
  return health;
}
