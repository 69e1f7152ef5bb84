import type { Ms } from "../clock.ts";
import type { Inventory } from "../inventory/inventory.ts";

/** What was seen longer ago may be gone: twice what the sweep takes between two looks. */
const SEEN_WITHIN: Ms = 1_200_000;

/**
 * How many container instances of a cluster are active and not doomed, as far as is known: never more than there are, so
 * that capacity nobody has seen for a while counts for none.
 *
 * @param cluster its ARN
 */
export function activeIn(inventory: Inventory, cluster: string, doomed: ReadonlySet<string>, now: Ms): number {
  let count = 0;
  for (const [instanceId, { value, observedAt }] of inventory.entries("container"))
    if (
      value !== null &&
      value.clusterArn === cluster &&
      value.status === "ACTIVE" &&
      now - observedAt <= SEEN_WITHIN &&
      !doomed.has(instanceId)
    )
      count += 1;
  return count;
}
