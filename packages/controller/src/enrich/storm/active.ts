import type { Ms } from "../../clock.ts";
import { containersOn } from "../../inventory/containers-on.ts";
import type { Inventory } from "../../inventory/inventory.ts";

/** Observations older than this do not count: twice the interval of the sweep. */
const SEEN_WITHIN: Ms = 1_200_000;

/**
 * Returns how many instances of a cluster are ACTIVE and not doomed. The number is never too high: old observations and
 * old registrations of an instance do not count.
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
