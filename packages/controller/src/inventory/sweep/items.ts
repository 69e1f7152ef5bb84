import { allTargetItems } from "./all-targets.ts";
import { clusterItems, hostsIn, knownClusters } from "./clusters.ts";
import { groupItems, knownGroups } from "./groups.ts";
import { instanceItems } from "./instances.ts";
import type { Ground, Item } from "./item.ts";
import { searchedItems } from "./searched.ts";
import { balancingItems, knownServices, ledTo } from "./load-balancing.ts";

/** Returns all items of one account and region, for the resources that the inventory has now. */
export function itemsOf(ground: Ground): readonly Item[] {
  const groups = knownGroups(ground);
  const clusters = knownClusters(ground);
  const members = groups.flatMap((group) => group.instances.map(({ id }) => id));
  const hosts = clusters.flatMap((arn) => hostsIn(ground, arn).map((one) => one.instanceId));
  return [
    ...groupItems(ground, groups),
    ...clusterItems(ground, clusters),
    ...searchedItems(ground, clusters, [...members, ...hosts]),
    ...instanceItems(ground, [...members, ...hosts]),
    ...balancingItems(ground, groups, knownServices(ground, clusters)),
  ];
}

/** Returns the items for target groups that no group and no service leads to. */
export const itemsBeside = (ground: Ground): readonly Item[] => [
  ...allTargetItems(ground, ledTo(knownGroups(ground), knownServices(ground, knownClusters(ground)))),
];
