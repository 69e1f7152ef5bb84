import type { Ask, Place } from "../../aws/ask.ts";
import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Aws } from "../../aws/aws.ts";
import type { Ms } from "../../clock.ts";
import { accountOf } from "../ids.ts";
import type { Facet, Facets, Inventory } from "../inventory.ts";

/** One thing to read now and then. */
export interface Item {
  readonly id: string;
  /** How often. */
  readonly every: Ms;
  /** When it was last observed, by whomever; null: not yet. */
  readonly observedAt: Ms | null;
  /** What one read settles, where an item reads a part at a time; the item itself where left out. */
  readonly settles?: readonly string[];
  /** Reads it into the inventory. Resolves to the requests it took, counted by AWS's page sizes. */
  readonly run: (ask: Ask) => Promise<number>;
}

/** What the items of one account and region work with. */
export interface Ground {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly now: () => Ms;
  readonly place: Place;
  readonly ownAccount?: () => string | null;
  /** Told of each listing of all groups of the place, and when it was asked for. */
  readonly onGroups?: (place: Place, groups: readonly AutoScalingGroup[], at: Ms) => void;
  /** When this sweep last read an item, or what it settles, by its id; undefined: not since it started. */
  readonly readAt: (id: string) => Ms | undefined;
  /** How often what changes by itself is read: membership, tasks, health. */
  readonly often: Ms;
  /** How often what changes only when someone changes it is read. */
  readonly seldom: Ms;
}

/** Requests that so many results take, by pages of `size`; one at the least. */
export const pages = (count: number, size: number): number => Math.max(1, Math.ceil(count / size));

/** An item that is one facet, read by one request, and put under each of its ids (see `placesOf`). */
export function facetItem<F extends Facet>(
  { inventory, now }: Ground,
  facet: F,
  ids: readonly [string, ...string[]],
  every: Ms,
  read: (ask: Ask) => Promise<Facets[F]>,
): Item {
  return {
    id: `${facet}:${ids[0]}`,
    every,
    observedAt: inventory.get(facet, ids[0])?.observedAt ?? null,
    async run(ask) {
      const asked = now();
      const value = await read(ask);
      for (const id of ids) inventory.put(facet, id, value, asked);
      return 1;
    },
  };
}

/** The number of the account that is read: as an ARN of what is there says, or STS; null where neither does. */
export const accountIn = ({ place, ownAccount }: Ground, arn: string | null): string | null =>
  place.account ?? accountOf(arn) ?? ownAccount?.() ?? null;

/**
 * Ids of what belongs to a region. Where the place is the account of our own credentials, the same under the account's
 * number, which signals name.
 */
export function idsIn(ground: Ground, arn: string | null, idOf: (at: Place) => string): readonly [string, ...string[]] {
  const { place } = ground;
  const account = accountIn(ground, arn);
  return place.account === null && account !== null ? [idOf(place), idOf({ ...place, account })] : [idOf(place)];
}
