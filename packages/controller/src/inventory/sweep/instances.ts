import type { Ask } from "../../aws/aws.ts";
import type { Ground, Item } from "./item.ts";

/** As many as one request takes at a page of 100, with room for others of the lane. */
const BATCH = 100;

/** Instances of groups and clusters: the ones never seen first, then the ones seen longest ago. */
export function* instanceItems(ground: Ground, ids: readonly string[]): Generator<Item> {
  if (ids.length === 0) return;
  const { inventory, seldom } = ground;
  const seen = [...new Set(ids)].map((id) => ({ id, at: inventory.get("instance", id)?.observedAt ?? 0 }));
  const batch = seen.toSorted((a, b) => a.at - b.at).slice(0, BATCH);
  const first = batch[0]?.at ?? 0;
  const run = (ask: Ask): Promise<number> =>
    describe(
      ground,
      batch.map(({ id }) => id),
      ask,
    );
  yield { id: "instances", every: seldom, observedAt: first === 0 ? null : first, run };
}

async function describe({ aws, inventory, place, now }: Ground, ids: readonly string[], ask: Ask): Promise<number> {
  const asked = now();
  for (const [id, instance] of await aws.ec2.describeInstances(place, ids, ask))
    inventory.put("instance", id, instance, asked);
  return 1;
}
