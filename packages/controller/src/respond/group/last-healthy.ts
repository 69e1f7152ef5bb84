import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import { classicOfGroup, latticeOfGroup } from "../../enrich/registrations.ts";
import { targetGroupsOf } from "../../inventory/target-groups.ts";
import { type Balancer, otherBalancers } from "../balancers.ts";
import type { Context } from "../responder.ts";
import { healthOf } from "../health.ts";
import { isOver } from "./document.ts";

/**
 * Returns which instances are the last healthy ones in a load balancer of the group, with its name: without them it
 * would have only doomed targets, or none. Rejects if AWS fails.
 */
export async function lastHealthy(
  group: AutoScalingGroup,
  ids: readonly string[],
  ctx: Context,
): Promise<{ readonly [id: string]: string }> {
  const balancers = await balancersOf(group, ctx);
  if (balancers.length === 0) return {};
  const doomed = new Set([...ids, ...underReplacement(ctx), ...ctx.doomed()]);
  const last = ids.flatMap((id) => {
    const found = balancers.find(({ healthy }) => healthy.has(id) && [...healthy].every((other) => doomed.has(other)));
    return found === undefined ? [] : [[id, found.name] as const];
  });
  return Object.fromEntries(last);
}

/** Whether the group has a load balancer. */
export const isBalanced = (group: AutoScalingGroup): boolean =>
  targetGroupsOf(group).length + classicOfGroup(group).length + latticeOfGroup(group).length > 0;

async function balancersOf(
  group: AutoScalingGroup,
  ctx: Context,
): Promise<readonly Pick<Balancer, "name" | "healthy">[]> {
  const targetGroups = targetGroupsOf(group).map(async (arn) => {
    const healthy = (await healthOf(arn, ctx)).filter(({ state }) => state === "healthy");
    return { name: arn.split("/").at(-2) ?? arn, healthy: new Set(healthy.map(({ id }) => id)) };
  });
  const [others, ...own] = await Promise.all([otherBalancers(group, ctx), ...targetGroups]);
  return [...own, ...others];
}

/** Returns instances that will be retired; they may not be doomed yet, e.g. after a recommendation. */
const underReplacement = ({ doc }: Context): readonly string[] =>
  doc.kind === "group" ? Object.values(doc.body.replacing).flatMap((one) => (isOver(one) ? [] : [one.instanceId])) : [];
