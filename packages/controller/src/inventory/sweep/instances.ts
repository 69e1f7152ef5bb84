import type { Ask } from "../../aws/ask.ts";
import type { SweepContext, Item } from "./item.ts";

/** Instances that one item reads: one page of the request. */
const BATCH = 100;

/**
 * Items for instances of groups and clusters, in batches: those never read first, then the oldest. An instance that EC2
 * does not find counts as read, so that it does not delay others.
 */
export function* instanceItems(context: SweepContext, ids: readonly string[]): Generator<Item> {
  const { inventory, seldom, readAt } = context;
  const since = (id: string): number =>
    Math.max(inventory.get("instance", id)?.observedAt ?? 0, readAt(askedFor(id)) ?? 0);
  const all = [...new Set(ids)].map((id) => ({ id, at: since(id) })).toSorted((a, b) => a.at - b.at);
  const [longest] = all;
  if (longest === undefined) return;
  const batch = all.slice(0, BATCH).map(({ id }) => id);
  yield {
    id: "instances",
    every: seldom,
    observedAt: longest.at === 0 ? null : longest.at,
    settles: batch.map(askedFor),
    run: (ask) => describe(context, batch, ask),
  };
}

const askedFor = (id: string): string => `instance:${id}`;

async function describe(
  { aws, inventory, place, now }: SweepContext,
  ids: readonly string[],
  ask: Ask,
): Promise<number> {
  const asked = now();
  for (const [id, instance] of await aws.ec2.describeInstances(place, ids, ask))
    inventory.put("instance", id, instance, asked);
  return 1;
}
