import { regionId } from "../ids.ts";
import type { Ground, Item } from "./item.ts";

/**
 * Instances of groups that no cluster listed are in no cluster. Costs no call, and saves the look-up of each of them one
 * call a cluster. Only said once every cluster has answered, and as of the earliest of their answers.
 */
export function* outsideItems(
  ground: Ground,
  clusters: readonly string[],
  members: readonly string[],
): Generator<Item> {
  const { inventory, place, often } = ground;
  const listed = inventory.get("clusters", regionId(place))?.observedAt;
  const times = [listed, ...clusters.map((arn) => ground.readAt(`containers:${arn}`))].filter((at) => at !== undefined);
  if (times.length <= clusters.length) return;
  const asOf = Math.min(...times);
  const run = (): Promise<number> => {
    for (const id of members) if (!inventory.get("container", id)?.value) inventory.put("container", id, null, asOf);
    return Promise.resolve(0);
  };
  yield { id: "outside", every: often, observedAt: null, run };
}
