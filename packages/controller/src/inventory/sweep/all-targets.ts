import type { Ask } from "../../aws/ask.ts";
import type { TargetGroup } from "../../aws/calls/elb.ts";
import { containsKnownInstance } from "../known-instances.ts";
import { holdsInstances } from "../target-groups.ts";
import { accountOf, regionId } from "../ids.ts";
import { accountIn, facetItem, type SweepContext, idsIn, type Item, pages } from "./item.ts";

/**
 * Default page size: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html
 */
const PAGE = 400;

/**
 * Items for the targets of all load balancers, including targets that were registered by hand, by Terraform or by
 * another controller, which no group and no service leads to. The list of Classic load balancers contains their
 * instances; target groups are read one by one: often if they contain known instances, else seldom.
 *
 * @param others ARNs of target groups that are read by the other sweep, for groups and services
 */
export function* allTargetItems(context: SweepContext, others: ReadonlySet<string>): Generator<Item> {
  const { aws, inventory, place, often, seldom } = context;
  const listed = inventory.get("targetGroups", regionId(place));
  yield { id: "targetGroups", every: often, observedAt: listed?.observedAt ?? null, run: (ask) => list(context, ask) };
  const classic = inventory.get("classicLoadBalancers", regionId(place))?.observedAt ?? null;
  yield { id: "classic", every: often, observedAt: classic, run: (ask) => listClassic(context, ask) };
  const alone = (listed?.value ?? []).filter((group) => holdsInstances(group) && !others.has(group.arn));
  const hasOurs = new Map(
    alone.map((group) => [group, containsKnownInstance(inventory, inventory.get("health", group.arn)?.value ?? [])]),
  );
  for (const group of alone.toSorted((a, b) => rank(b, hasOurs) - rank(a, hasOurs))) {
    const every = hasOurs.get(group) === true ? often : seldom;
    yield facetItem(context, "health", [group.arn], every, (ask) => aws.elb.targetHealth(place, group.arn, ask));
  }
}

const rank = (group: TargetGroup, hasOurs: ReadonlyMap<TargetGroup, boolean>): number =>
  (hasOurs.get(group) === true ? 2 : 0) + (group.loadBalancerArns.length > 0 ? 1 : 0);

async function list(context: SweepContext, ask: Ask): Promise<number> {
  const { aws, inventory, place, now } = context;
  const asked = now();
  const groups = await aws.elb.listTargetGroups(place, ask);
  const first = groups[0]?.arn ?? null;
  for (const id of idsIn(context, first, regionId)) inventory.put("targetGroups", id, groups, asked);
  forgetGone(context, accountIn(context, first), groups);
  return pages(groups.length, PAGE);
}

/** Removes the health lists of deleted target groups. */
function forgetGone({ inventory, place }: SweepContext, account: string | null, groups: readonly TargetGroup[]): void {
  if (account === null) return;
  const there = new Set(groups.map(({ arn }) => arn));
  for (const [arn] of inventory.entries("health")) {
    const isOfHere = accountOf(arn) === account && arn.split(":")[3] === place.region;
    if (!isOfHere || there.has(arn)) continue;
    for (const facet of ["health", "attributes"] as const) inventory.forget(facet, arn);
  }
}

async function listClassic(context: SweepContext, ask: Ask): Promise<number> {
  const { aws, inventory, place, now } = context;
  const asked = now();
  const balancers = await aws.classicElb.list(place, ask);
  // Their names contain no account: the ARN of a target group or cluster in the same region does.
  const arn = inventory.get("targetGroups", regionId(place))?.value[0]?.arn ?? null;
  const known = arn ?? inventory.get("clusters", regionId(place))?.value[0] ?? null;
  for (const id of idsIn(context, known, regionId)) inventory.put("classicLoadBalancers", id, balancers, asked);
  return pages(balancers.length, PAGE);
}
