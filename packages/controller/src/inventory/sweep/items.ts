import { allTargetItems } from "./all-targets.ts";
import { clusterItems, hostsIn, knownClusters } from "./clusters.ts";
import { groupItems, knownGroups } from "./groups.ts";
import { instanceItems } from "./instances.ts";
import type { Ground, Item } from "./item.ts";
import { searchedItems } from "./searched.ts";
import { balancingItems, knownServices, ledTo } from "./load-balancing.ts";

/** All that there is to read in one account and region, as the inventory has it now: grows as it is read. */
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

/** The targets of load balancers that none of these leads to. */
export const itemsBeside = (ground: Ground): readonly Item[] => [
  ...allTargetItems(ground, ledTo(knownGroups(ground), knownServices(ground, knownClusters(ground)))),
];
