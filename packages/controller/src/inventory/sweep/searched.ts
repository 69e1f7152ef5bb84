import { regionId } from "../ids.ts";
import type { SweepContext, Item } from "./item.ts";

/**
 * An item that marks all instances as searched once every cluster has listed its container instances: then an instance
 * without one is in no cluster. It makes no request, and saves one per cluster for each instance. The observation is as
 * of the earliest listing.
 *
 * @param instances ids of the instances in groups and clusters
 */
export function* searchedItems(
  context: SweepContext,
  clusters: readonly string[],
  instances: readonly string[],
): Generator<Item> {
  const { inventory, place, often } = context;
  const listed = inventory.get("clusters", regionId(place))?.observedAt;
  const times = [listed, ...clusters.map((arn) => context.readAt(`containers:${arn}`))].filter(
    (at) => at !== undefined,
  );
  if (times.length <= clusters.length) return;
  const asOf = Math.min(...times);
  const run = (): Promise<number> => {
    for (const id of instances) inventory.put("searched", id, "all", asOf);
    return Promise.resolve(0);
  };
  yield { id: "searched", every: often, observedAt: null, run };
}
