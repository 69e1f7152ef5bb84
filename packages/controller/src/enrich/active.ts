import type { Ms } from "../clock.ts";
import { containersOn } from "../inventory/containers-on.ts";
import type { Inventory } from "../inventory/inventory.ts";

/** What was seen longer ago may be gone: twice what the sweep takes between two looks. */
const SEEN_WITHIN: Ms = 1_200_000;

/**
 * How many instances of a cluster are active and not doomed, as far as is known: never more than there are, so that
 * capacity nobody has seen for a while counts for none, nor what an instance was registered as before.
 *
 * @param cluster its ARN
 */
export function activeIn(inventory: Inventory, cluster: string, doomed: ReadonlySet<string>, now: Ms): number {
  let count = 0;
  for (const [, { value, observedAt }] of inventory.entries("container"))
    if (
      value !== null &&
      value.clusterArn === cluster &&
      value.status === "ACTIVE" &&
      now - observedAt <= SEEN_WITHIN &&
      !doomed.has(value.instanceId) &&
      containersOn(inventory, value.instanceId)[0]?.arn === value.arn
    )
      count += 1;
  return count;
}
