import { allTargetItems } from "./all-targets.ts";
import { clusterItems, hostsIn, knownClusters } from "./clusters.ts";
import { groupItems, knownGroups } from "./groups.ts";
import { instanceItems } from "./instances.ts";
import type { SweepContext, Item } from "./item.ts";
import { searchedItems } from "./searched.ts";
import { balancingItems, knownServices, ledTo } from "./load-balancing.ts";

/** Returns all items of one account and region, for the resources that the inventory has now. */
export function itemsOf(context: SweepContext): readonly Item[] {
  const groups = knownGroups(context);
  const clusters = knownClusters(context);
  const members = groups.flatMap((group) => group.instances.map(({ id }) => id));
  const hosts = clusters.flatMap((arn) => hostsIn(context, arn).map((one) => one.instanceId));
  return [
    ...groupItems(context, groups),
    ...clusterItems(context, clusters),
    ...searchedItems(context, clusters, [...members, ...hosts]),
    ...instanceItems(context, [...members, ...hosts]),
    ...balancingItems(context, groups, knownServices(context, clusters)),
  ];
}

/** Returns the items for target groups that no group and no service leads to. */
export const itemsBeside = (context: SweepContext): readonly Item[] => [
  ...allTargetItems(context, ledTo(knownGroups(context), knownServices(context, knownClusters(context)))),
];
