import type { AutoScalingGroup, TargetHealth } from "../aws/aws.ts";
import type { Context } from "./responder.ts";
import { healthOf } from "./responders/await-targets.ts";

interface Serving {
  readonly healths: readonly (readonly TargetHealth[])[];
  readonly ids: ReadonlySet<string>;
}
/** Of each group as it was described: everybody who waits for it asks for the same. */
const known = new WeakMap<AutoScalingGroup, Serving>();

/** How many of a group's instances are InService and healthy in every target group of it. */
export async function servingIn(group: AutoScalingGroup, except: string | null, ctx: Context): Promise<number> {
  const healths = await Promise.all(group.targetGroupArns.map((arn) => healthOf(arn, ctx)));
  const had = known.get(group);
  const ids = had?.healths.every((health, index) => health === healths[index]) ? had.ids : idsOf(group, healths);
  known.set(group, { healths, ids });
  return ids.size - (except !== null && ids.has(except) ? 1 : 0);
}

function idsOf(group: AutoScalingGroup, healths: Serving["healths"]): ReadonlySet<string> {
  const healthyIn = healths.map(
    (health) => new Set(health.filter((one) => one.state === "healthy").map((one) => one.id)),
  );
  const serving = group.instances.filter(
    (one) => one.state === "InService" && healthyIn.every((ids) => ids.has(one.id)),
  );
  return new Set(serving.map((one) => one.id));
}

/**
 * Whether a zonal shift is in force for a load balancer of the group: somebody moves traffic between its zones just now.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-zonal-shift.html
 */
export async function isShifted(group: AutoScalingGroup, ctx: Context): Promise<boolean> {
  const healths = await Promise.all(group.targetGroupArns.map((arn) => healthOf(arn, ctx)));
  return healths.flat().some((one) => one.shifted === true);
}
