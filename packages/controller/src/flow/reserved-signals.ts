import type { Aws } from "../aws/aws.ts";
import type { Clock, Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { signalOf } from "../signal/reserved.ts";
import type { Reserved, Signal } from "../model/signal.ts";

/** Time limit, less than the visibility timeout of a message, which comes again (there are ten minutes). */
const WITHIN: Ms = 15_000;

/**
 * Creates the function that reads the instances of a reservation from EC2 and makes a signal for each. The instances
 * are added to the inventory, so that draining needs no further read. Rejects with `AwsFailure`.
 */
export function createReservedSignals(
  { ec2 }: Pick<Aws, "ec2">,
  inventory: Inventory,
  clock: Clock,
): (reserved: Reserved) => Promise<readonly Signal[]> {
  return async (reserved) => {
    const { account, region, reservationId } = reserved;
    if (region === null)
      throw new SpotkeeperError(
        "SK-NO-REGION",
        `The message about ${reservationId} names no region: EC2 cannot be asked.`,
      );
    const asked = clock.now();
    const ask = { purpose: "act", deadline: asked + WITHIN } as const;
    const found = await ec2.instancesIn({ account, region }, reservationId, ask);
    for (const instance of found) inventory.put("instance", instance.id, instance, asked);
    return found.map(({ id }) => signalOf(reserved, id));
  };
}
