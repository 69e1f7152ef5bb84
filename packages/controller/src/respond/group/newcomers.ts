import { placeOf } from "../place.ts";
import type { Context } from "../responder.ts";
import { idleIn } from "../serving.ts";

/**
 * Ids of instances that a group has launched since it was asked for replacements, and that do not serve; the newest first.
 * To lower desired capacity would have the group choose who goes, and it may choose one that serves:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 *
 * Empty where the group does not count instances: nobody knows then how much each of them is to pay back.
 */
export async function newcomersIn(name: string, ctx: Context): Promise<readonly string[]> {
  const replacing = ctx.doc.kind === "group" ? Object.values(ctx.doc.body.replacing) : [];
  const since = Math.min(...replacing.map(({ askedAt }) => askedAt));
  if (!Number.isFinite(since)) return [];
  const at = placeOf(ctx.doc);
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  const group = (await ctx.aws.autoScaling.describeGroups(at, [name], ask)).get(name);
  if (group === undefined || group.counts !== "instances") return [];
  const doomed = new Set(replacing.map(({ instanceId }) => instanceId));
  const idle = (await idleIn(group, ctx)).filter((id) => !doomed.has(id));
  if (idle.length === 0) return [];
  const known = await ctx.aws.ec2.describeInstances(at, idle, ask);
  const launched = (id: string): number => known.get(id)?.launchTime ?? 0;
  return idle.filter((id) => launched(id) >= since).toSorted((a, b) => launched(b) - launched(a));
}
