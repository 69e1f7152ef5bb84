import type { AutoScalingGroup } from "../aws/aws.ts";
import type { Context } from "./responder.ts";
import { healthOf } from "./responders/await-targets.ts";

/** How many of a group's instances are InService and healthy in every target group of it. */
export async function servingIn(group: AutoScalingGroup, except: string | null, ctx: Context): Promise<number> {
  const healths = await Promise.all(group.targetGroupArns.map((arn) => healthOf(arn, ctx)));
  const healthyIn = healths.map(
    (health) => new Set(health.filter((one) => one.state === "healthy").map((one) => one.id)),
  );
  return group.instances.filter(
    (one) => one.id !== except && one.state === "InService" && healthyIn.every((ids) => ids.has(one.id)),
  ).length;
}

/**
 * Whether a zonal shift is in force for a load balancer of the group: somebody moves traffic between its zones just now.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-zonal-shift.html
 */
export async function isShifted(group: AutoScalingGroup, ctx: Context): Promise<boolean> {
  const healths = await Promise.all(group.targetGroupArns.map((arn) => healthOf(arn, ctx)));
  return healths.flat().some((one) => one.shifted === true);
}
