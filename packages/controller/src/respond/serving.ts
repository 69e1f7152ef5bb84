import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { TargetHealth } from "../aws/calls/elb.ts";
import { type Balancer, otherBalancers } from "./balancers.ts";
import { targetGroupsOf } from "../inventory/target-groups.ts";
import { isCapacity } from "./group/member.ts";
import type { Context } from "./responder.ts";
import { healthOf } from "./health.ts";

interface Serving {
  readonly others: readonly Balancer[];
  readonly healths: readonly (readonly TargetHealth[])[];
  readonly members: readonly Member[];
}
/** Cached by group object, since all waiting steps need the same. */
const known = new WeakMap<AutoScalingGroup, Serving>();

/**
 * Returns how much of a group's capacity serves, in the units of its desired capacity: instances that are InService and
 * healthy in every load balancer of the group that is in use. An instance of unknown weight counts 0.
 *
 * @param except ids that do not count, whatever their state
 */
export async function servingIn(group: AutoScalingGroup, except: readonly string[], ctx: Context): Promise<number> {
  return unitsOf((await membersServing(group, ctx)).filter((one) => !except.includes(one.id)));
}

/** Returns ids of the group's instances that count as capacity but do not serve: they launch, or get no requests. */
export async function idleIn(group: AutoScalingGroup, ctx: Context): Promise<readonly string[]> {
  const serving = new Set((await membersServing(group, ctx)).map(({ id }) => id));
  return group.instances.flatMap(({ id, state }) => (isCapacity(state) && !serving.has(id) ? [id] : []));
}

async function membersServing(group: AutoScalingGroup, ctx: Context): Promise<readonly Member[]> {
  const [others, ...healths] = await Promise.all([
    otherBalancers(group, ctx),
    ...targetGroupsOf(group).map((arn) => healthOf(arn, ctx)),
  ]);
  const had = known.get(group);
  const same = had?.others === others && had.healths.every((health, index) => health === healths[index]);
  const members = same ? had.members : serving(group, healths, others);
  known.set(group, { others, healths, members });
  return members;
}

type Member = AutoScalingGroup["instances"][number];

const unitsOf = (members: readonly Member[]): number => members.reduce((sum, one) => sum + (one.units ?? 0), 0);

function serving(group: AutoScalingGroup, healths: Serving["healths"], others: Serving["others"]): readonly Member[] {
  const targetGroups = healths
    .filter((health) => !isIdle(health))
    .map((health) => new Set(health.filter((one) => one.state === "healthy").map((one) => one.id)));
  const healthyIn = [...targetGroups, ...others.filter(({ idle }) => !idle).map(({ healthy }) => healthy)];
  return group.instances.filter((one) => one.state === "InService" && healthyIn.every((ids) => ids.has(one.id)));
}

/**
 * Whether no listener uses the target group (e.g. the idle half of a pair), so that its health is not relevant.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html (Target.NotInUse)
 */
function isIdle(health: readonly TargetHealth[]): boolean {
  const staying = health.filter((one) => one.state !== "draining");
  return staying.length > 0 && staying.every((one) => one.state === "unused" && one.reason === "Target.NotInUse");
}

/** Returns a text such as "3 of 4 instances serve", with a note if weights are unknown. */
export function shortOf(group: AutoScalingGroup, serving: number, wanted: number): string {
  const unsaid = group.instances.some((one) => one.units === null)
    ? `; AWS does not say how many ${group.counts} each instance is`
    : "";
  return `${serving} of ${wanted} ${group.counts} serve${unsaid}`;
}

/**
 * Whether a zonal shift is active for a load balancer of the group.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-zonal-shift.html
 */
export async function isShifted(group: AutoScalingGroup, ctx: Context): Promise<boolean> {
  const healths = await Promise.all(targetGroupsOf(group).map((arn) => healthOf(arn, ctx)));
  return healths.flat().some((one) => one.shifted === true);
}
