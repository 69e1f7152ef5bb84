import type { Aws } from "../aws/aws.ts";
import type { Clock, Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { signalOf } from "../signal/reserved.ts";
import type { Reserved, Signal } from "../model/signal.ts";

/** Less than a message stays hidden; it has ten minutes, and comes again. */
const WITHIN: Ms = 15_000;

/**
 * Asks EC2 which instances run in a reservation, and makes each its signal of it; what EC2 tells of them is kept, so that
 * nothing need be looked up before they are drained. Rejects with `AwsFailure` where EC2 does not say.
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
