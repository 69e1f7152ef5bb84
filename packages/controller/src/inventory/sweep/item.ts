import type { Ask, Place } from "../../aws/ask.ts";
import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Aws } from "../../aws/aws.ts";
import type { Ms } from "../../clock.ts";
import { accountOf } from "../ids.ts";
import type { Facet, Facets, Inventory } from "../inventory.ts";

/** One regular read of the sweep. */
export interface Item {
  readonly id: string;
  /** Interval between two reads. */
  readonly every: Ms;
  /** When it was last observed, by any reader; null means never. */
  readonly observedAt: Ms | null;
  /** Ids that one read covers, if an item reads a part at a time; by default the item's own id. */
  readonly settles?: readonly string[];
  /** Reads into the inventory. Resolves to the number of requests, counted by AWS's page sizes. */
  readonly run: (ask: Ask) => Promise<number>;
}

/** Context of the sweep items of one account and region. */
export interface SweepContext {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly now: () => Ms;
  readonly place: Place;
  readonly ownAccount?: () => string | null;
  /** Called with each listing of all groups of the region, and the time of its request. */
  readonly onGroups?: (place: Place, groups: readonly AutoScalingGroup[], at: Ms) => void;
  /** Returns when this sweep last read an item, or an id in its `settles`; undefined means not since the start. */
  readonly readAt: (id: string) => Ms | undefined;
  /** Interval for facts that change by themselves: membership, tasks, health. */
  readonly often: Ms;
  /** Interval for facts that change only by configuration. */
  readonly seldom: Ms;
}

/** Returns the number of requests for `count` results in pages of `size`; at least one. */
export const pages = (count: number, size: number): number => Math.max(1, Math.ceil(count / size));

/** Makes an item that reads one facet by one request, and stores it under each of its ids. */
export function facetItem<F extends Facet>(
  { inventory, now }: SweepContext,
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

/** Returns the id of the account that is read, from an ARN or from STS; null if neither is known. */
export const accountIn = ({ place, ownAccount }: SweepContext, arn: string | null): string | null =>
  place.account ?? accountOf(arn) ?? ownAccount?.() ?? null;

/**
 * Returns the ids of a regional resource. For the account of our own credentials also the id with the account number,
 * which signals contain.
 */
export function idsIn(
  context: SweepContext,
  arn: string | null,
  idOf: (at: Place) => string,
): readonly [string, ...string[]] {
  const { place } = context;
  const account = accountIn(context, arn);
  return place.account === null && account !== null ? [idOf(place), idOf({ ...place, account })] : [idOf(place)];
}
