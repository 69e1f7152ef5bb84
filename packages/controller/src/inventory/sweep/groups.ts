import type { Ask } from "../../aws/ask.ts";
import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import { groupId, regionId } from "../ids.ts";
import { putMembers } from "../put-listed.ts";
import { facetItem, type SweepContext, idsIn, type Item, pages } from "./item.ts";

/** Returns the groups of the last listing. */
export function knownGroups({ inventory, place }: SweepContext): readonly AutoScalingGroup[] {
  const prefix = `${regionId(place)}/`;
  const found = [...inventory.entries("group")].filter(([id]) => id.startsWith(prefix));
  return found.map(([, { value }]) => value);
}

const idsOf = (context: SweepContext, { name, arn }: AutoScalingGroup): readonly [string, ...string[]] =>
  idsIn(context, arn, (at) => groupId(at, name));

/** Items for Auto Scaling groups with their instances, hooks, and instance refreshes. */
export function* groupItems(context: SweepContext, groups: readonly AutoScalingGroup[]): Generator<Item> {
  const { aws, place, inventory, often, seldom } = context;
  const observed = groups.map(({ name }) => inventory.get("group", groupId(place, name))?.observedAt ?? 0);
  const observedAt = observed.length === 0 ? null : Math.min(...observed);
  yield { id: "groups", every: often, observedAt, run: (ask) => list(context, ask) };
  for (const group of groups) {
    const { name } = group;
    const ids = idsOf(context, group);
    yield facetItem(context, "hooks", ids, seldom, (ask) => aws.autoScaling.describeHooks(place, name, ask));
    yield facetItem(context, "refreshing", ids, seldom, (ask) => aws.autoScaling.refreshing(place, name, ask));
  }
}

async function list(context: SweepContext, ask: Ask): Promise<number> {
  const { aws, inventory, place, now } = context;
  const asked = now();
  const groups = await aws.autoScaling.listGroups(place, ask);
  for (const group of groups) {
    for (const id of idsOf(context, group)) inventory.put("group", id, group, asked);
    putMembers(inventory, group, asked);
  }
  const names = new Set(groups.map(({ name }) => name));
  for (const gone of knownGroups(context).filter(({ name }) => !names.has(name))) {
    for (const id of idsOf(context, gone)) {
      for (const facet of ["group", "hooks", "refreshing"] as const) inventory.forget(facet, id);
    }
  }
  context.onGroups?.(place, groups, asked);
  putLoners(context, new Set(groups.flatMap((group) => group.instances.map(({ id }) => id))), asked);
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html (MaxRecords)
  return pages(groups.length, 100);
}

/** Adds "in no group" for instances of this region's clusters that are in none of the listed groups. */
function putLoners({ inventory, place }: SweepContext, members: ReadonlySet<string>, asked: number): void {
  const clusters = new Set(inventory.get("clusters", regionId(place))?.value);
  for (const [, { value: container }] of inventory.entries("container")) {
    if (container === null || members.has(container.instanceId) || !clusters.has(container.clusterArn)) continue;
    inventory.put("membership", container.instanceId, null, asked);
  }
}
