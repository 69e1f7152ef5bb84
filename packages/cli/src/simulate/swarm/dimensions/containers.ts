import { type Dice, type Dimensions, several } from "./dice.ts";
import { type Holder, instanceIn } from "./focus.ts";

/** Something unusual about an instance's registration with ECS, from the beginning. */
export interface ContainerItem {
  /** The group, and the index of its instance. */
  readonly group: string;
  readonly nth: number;
  readonly is: (typeof CONTAINERS)[number];
}

/**
 * The unusual registrations:
 *
 * - in another cluster, too: the agent was configured for a second cluster, and registered the instance there as well
 *   (https://github.com/aws/amazon-ecs-agent/issues/782)
 * - without its agent: the agent has no connection to ECS
 * - DRAINING: a person set that state
 *   (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html)
 */
const CONTAINERS = ["in another cluster, too", "without its agent", "DRAINING"] as const;

/**
 * Makes unusual registrations, for instances in a cluster.
 *
 * @param holders groups and lone instances that are in a cluster
 */
export const containersOf = (dice: Dice, holders: readonly Holder[]): ContainerItem[] =>
  holders.length > 0 && dice.may("containers")
    ? several(dice, 2, () => ({ ...instanceIn(dice.random, holders), is: dice.random.pick(CONTAINERS) }))
    : [];

export const CONTAINER_DIMENSIONS: Dimensions<readonly ContainerItem[]> = {
  "instance in two clusters": (containers) => containers.some(({ is }) => is === "in another cluster, too"),
  "agent that is not connected": (containers) => containers.some(({ is }) => is === "without its agent"),
  "container instance that is DRAINING already": (containers) => containers.some(({ is }) => is === "DRAINING"),
};
