import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Ms } from "../../clock.ts";
import { placeOf } from "../step-input.ts";
import type { Context } from "../responder.ts";
import { idleIn } from "../serving.ts";
import { isCapacity } from "./member.ts";

/**
 * Returns the instances to terminate before desired capacity is lowered. Otherwise the group would choose, perhaps an
 * instance that serves.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 *
 * These are instances that were launched since the first replacement was requested, and that do not serve; the newest
 * first, and no more than needed. Empty if a weight is unknown.
 *
 * @param to the new desired capacity
 */
export async function instancesToTerminate(
  group: AutoScalingGroup,
  to: number,
  ctx: Context,
): Promise<readonly string[]> {
  return surplus(group, await newcomersIn(group, ctx), to);
}

async function newcomersIn(group: AutoScalingGroup, ctx: Context): Promise<readonly string[]> {
  const replacing = ctx.doc.kind === "group" ? Object.values(ctx.doc.body.replacing) : [];
  const since = Math.min(...replacing.map(({ askedAt }) => askedAt));
  if (!Number.isFinite(since)) return [];
  const at = placeOf(ctx.doc);
  const ask = { purpose: "act", deadline: ctx.deadline } as const;
  const doomed = new Set(replacing.map(({ instanceId }) => instanceId));
  const idle = (await idleIn(group, ctx)).filter((id) => !doomed.has(id));
  if (idle.length === 0) return [];
  const known = await ctx.aws.ec2.describeInstances(at, idle, ask);
  // A member that EC2 does not list yet has just been launched (correlate/stale-reads.ts).
  const launched = (id: string): Ms => known.get(id)?.launchTime ?? ctx.now;
  return idle.filter((id) => launched(id) >= since).toSorted((a, b) => launched(b) - launched(a));
}

/**
 * Selects instances without which the group still has its desired capacity: "current capacity will either be at the
 * desired capacity or above it", https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-weighting.html. A
 * new instance is selected if it is more than desired, or if the group could terminate an older instance in its place.
 */
function surplus(group: AutoScalingGroup, newcomers: readonly string[], to: number): readonly string[] {
  const units = new Map<string, number>();
  for (const one of group.instances) {
    if (!isCapacity(one.state)) continue;
    if (one.units === null) return [];
    units.set(one.id, one.units);
  }
  const smallestOther = Math.min(...[...units].flatMap(([id, size]) => (newcomers.includes(id) ? [] : [size])));
  let above = [...units.values()].reduce((sum, one) => sum + one, 0) - to;
  const go: string[] = [];
  for (const id of newcomers) {
    const size = units.get(id) ?? 0;
    if (above < Math.min(size, smallestOther)) continue;
    go.push(id);
    above -= size;
  }
  return go;
}
