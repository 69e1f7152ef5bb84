import { regionId } from "../ids.ts";
import type { Ground, Item } from "./item.ts";

/**
 * Once every cluster has listed its container instances, it is known of each instance what it is registered as, be it
 * nothing. Costs no call, and saves the look-up of each of them one call a cluster. As of the earliest of their answers.
 *
 * @param instances ids of those in groups and clusters
 */
export function* searchedItems(
  ground: Ground,
  clusters: readonly string[],
  instances: readonly string[],
): Generator<Item> {
  const { inventory, place, often } = ground;
  const listed = inventory.get("clusters", regionId(place))?.observedAt;
  const times = [listed, ...clusters.map((arn) => ground.readAt(`containers:${arn}`))].filter((at) => at !== undefined);
  if (times.length <= clusters.length) return;
  const asOf = Math.min(...times);
  const run = (): Promise<number> => {
    for (const id of instances) inventory.put("searched", id, "all", asOf);
    return Promise.resolve(0);
  };
  yield { id: "searched", every: often, observedAt: null, run };
}
