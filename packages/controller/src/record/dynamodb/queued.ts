import type { Item, ItemTable } from "../../aws/services/dynamodb.ts";
import type { Key } from "../../model/key.ts";
import type { Part, Queue } from "../ledger/driver.ts";
import { docKey, DUE, SHARDS, shardName, SHELF } from "./items.ts";

/** Position in one partition of a queue: the last key that was returned, or null at its beginning or end. */
interface Position {
  readonly last: readonly [at: number, key: Key] | null;
  readonly done: boolean;
}

/** Returns keys of a queue, earliest first: reads each partition, and merges them. */
export async function queuedKeys(
  table: ItemTable,
  queue: Queue,
  until: number | null,
  limit: number,
  after: string | null,
): Promise<Part<Key>> {
  const by = queue === "due" ? DUE : SHELF;
  const partitions = queue === "due" ? Array.from({ length: SHARDS }, (_, shard) => shardName(shard)) : [queue];
  const begin = partitions.map((): Position => ({ last: null, done: false }));
  const places = after === null ? begin : (JSON.parse(after) as readonly Position[]);
  const parts = await Promise.all(
    partitions.map(async (value, n) => {
      const { last, done } = places[n] ?? { last: null, done: true };
      if (done) return { found: [], more: false };
      const { items, more } = await table.query({
        index: by.index,
        partition: [by.partition, value],
        sort: [by.sort, Number.MIN_SAFE_INTEGER, until ?? Number.MAX_SAFE_INTEGER],
        limit,
        after: last === null ? null : { ...docKey(last[1]), [by.partition]: value, [by.sort]: last[0] },
      });
      return { found: items.map((item) => foundIn(item, by.sort)), more };
    }),
  );
  const all = parts.flatMap(({ found }, n) => found.map((place) => ({ n, place })));
  // A stable sort: the keys of one partition stay in their order.
  const taken = all.toSorted((one, other) => one.place[0] - other.place[0]).slice(0, limit);
  const next = parts.map(({ found, more }, n): Position => {
    const mine = taken.filter((one) => one.n === n);
    const done = (places[n]?.done ?? true) || (!more && mine.length === found.length);
    return { last: mine.at(-1)?.place ?? places[n]?.last ?? null, done };
  });
  const items = taken.map(({ place }) => place[1]);
  return { items, next: next.every(({ done }) => done) ? null : JSON.stringify(next) };
}

const foundIn = (item: Item, sort: string): readonly [at: number, key: Key] => [Number(item[sort]), String(item["pk"])];
