import type { Dice, Dimensions } from "./dice.ts";
import { nameIn, type PlaceItem } from "./places.ts";

/**
 * ECS Managed Instances: ECS launches and ends them itself, so they are handed off (docs/drain.md, "What is handed
 * off"). https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html
 */
export interface ManagedItem {
  /** The name of their capacity provider; events use it like the name of a group. */
  readonly name: string;
  readonly place: string;
  readonly cluster: string;
  readonly desired: number;
  readonly spot: boolean;
}

/** A capacity provider of Managed Instances belongs to one cluster; assumed: none has two of them. */
export const managedOf = ({ random, may }: Dice, place: PlaceItem, clusters: readonly string[]): ManagedItem[] =>
  clusters.flatMap((cluster) =>
    may("managed instances")
      ? [
          {
            name: nameIn(place, `${cluster}-managed`),
            place: place.name,
            cluster,
            desired: 1 + random.int(3),
            spot: random.next() < 0.7,
          },
        ]
      : [],
  );

export const MANAGED_DIMENSIONS: Dimensions<readonly ManagedItem[]> = {
  "Managed Instances of ECS": (managed) => managed.some(({ spot }) => !spot),
  "Managed Instances of ECS on Spot": (managed) => managed.some(({ spot }) => spot),
};
