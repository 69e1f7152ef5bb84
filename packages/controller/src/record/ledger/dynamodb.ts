import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { ItemTable, ItemWrite } from "../../aws/services/dynamodb.ts";
import type { Clock } from "../../clock.ts";
import { SpotkeeperError } from "../../errors.ts";
import { text } from "../../fields.ts";
import type { Entry } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";
import { toLedgerError } from "../dynamodb/failure.ts";
import {
  type Before,
  beforeOf,
  docKey,
  docWrites,
  ENTRIES_END,
  entriesIn,
  ENTRY,
  entryWrites,
  NOTHING_BEFORE,
  shardOf,
  storedOf,
  tagRemovals,
} from "../dynamodb/items.ts";
import { queuedKeys } from "../dynamodb/queued.ts";
import { createHealth } from "../health.ts";
import { createUnderWay } from "../under-way.ts";
import type { LedgerDriver, LedgerFactory, Write } from "./driver.ts";

export interface DynamoDbOptions {
  /** The table (aws/services/dynamodb.ts), with the indexes of record/dynamodb/items.ts. */
  readonly table: ItemTable;
  readonly name: string;
  readonly clock: Clock;
  /** Different for each client of the table. */
  readonly client: string;
}

/** Documents whose last version is cached, so that a commit need not read it: more than a storm has. */
const MOST_REMEMBERED = 20_000;
/** A transaction takes 100: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const WRITES_A_TRANSACTION = 100;

/**
 * Keeps a ledger's state in one DynamoDB table. A commit is one transaction, a touch one update. Calls of one process
 * may overtake each other: a caller that needs an order waits for the first call.
 *
 *     A  read 7 ─ transaction: if 7, write 8 and what changes of its tags ✓
 *     B  read 7 ─── transaction: if 7, … ✗
 */
function openDynamoDb({ table, name, clock, client }: DynamoDbOptions): LedgerDriver {
  const health = createHealth(clock);
  const known = new LRUCache<Key, Before>({ maxSize: MOST_REMEMBERED, sizeCalculation: () => 1 });
  const underWay = createUnderWay(name);
  let counter = 0;

  const ask = <T>(work: () => Promise<T>): Promise<T> =>
    underWay.begin(async () => {
      try {
        const answer = await work();
        health.up();
        return answer;
      } catch (error) {
        const failure = toLedgerError(name, error);
        if (failure.code !== "SK-LEDGER-INVALID") health.down(failure);
        throw failure;
      }
    });

  /** Returns the previous version of each write; null if a document is stored in another version. */
  async function versionsBefore(writes: readonly Write[]): Promise<ReadonlyMap<Key, Before> | null> {
    const before = new Map<Key, Before>();
    const unknown: Key[] = [];
    for (const { key, version } of writes) {
      const one = known.get(key);
      if (version === 0) before.set(key, NOTHING_BEFORE);
      else if (one?.version === version) before.set(key, one);
      else unknown.push(key);
    }
    for (const item of unknown.length === 0
      ? []
      : await table.get(unknown.map(docKey), ["pk", "version", "tags", "told"]))
      before.set(String(item["pk"]), beforeOf(item));
    return writes.every(({ key, version }) => before.get(key)?.version === version) ? before : null;
  }

  const byKey = (entries: readonly Entry[]): ReadonlyMap<Key, readonly Entry[]> =>
    Map.groupBy(entries, ({ key }) => key);

  return {
    load: (keys) =>
      ask(async () => {
        if (keys.length === 0) return [];
        const items = await table.get([...new Set(keys)].map(docKey));
        for (const item of items) known.set(String(item["pk"]), beforeOf(item));
        return items.map(storedOf);
      }),

    commit: (writes, unchanged, entries) =>
      ask(async () => {
        const before = await versionsBefore(writes);
        if (before === null) return false;
        const lines = byKey(entries);
        const unique = `${String(clock.now()).padStart(15, "0")}#${String(counter++).padStart(9, "0")}#${client}`;
        const after = new Map<Key, Before>();
        const all: ItemWrite[] = unchanged.map(({ key, version }) => ({ check: docKey(key), version }));
        for (const write of writes) {
          const last = before.get(write.key) ?? NOTHING_BEFORE;
          const told = Math.max(last.told, ...(lines.get(write.key) ?? []).slice(0, 1).map(({ at }) => at));
          all.push(...docWrites(write, last, told));
          after.set(write.key, { version: write.version + 1, tags: JSON.stringify(write.tags), told });
        }
        for (const [key, some] of lines) {
          const { version = 0, told = some[0]?.at ?? 0 } = after.get(key) ?? {};
          all.push(...entryWrites(key, some, { version, told, unique }));
        }
        if (all.length === 0) return true;
        if (all.length > WRITES_A_TRANSACTION)
          throw new SpotkeeperError(
            "SK-LEDGER-INVALID",
            `One commit makes ${all.length} items; at most ${WRITES_A_TRANSACTION} go together.`,
          );
        const stored = await table.write(all);
        if (stored) for (const [key, one] of after) known.set(key, one);
        return stored;
      }),

    touch: (key, version, wakeAt) =>
      ask(async () => {
        const set = wakeAt === null ? {} : { wakeAt, due: shardOf(key) };
        const unset = wakeAt === null ? ["wakeAt", "due"] : [];
        const stored = await table.update(docKey(key), version, { version: version + 1, ...set }, unset);
        const before = known.get(key);
        if (stored && before?.version === version) known.set(key, { ...before, version: version + 1 });
        return stored;
      }),

    queued: (queue, until, limit, after) => ask(() => queuedKeys(table, queue, until, limit, after)),

    tagged: (tag, limit, after) =>
      ask(async () => {
        const pk = `tag ${tag}`;
        const from = after === null ? null : { pk, sk: after };
        const { items, more } = await table.query({ index: null, partition: ["pk", pk], limit, after: from });
        const found = items.map(({ sk, note }) => ({
          key: String(sk),
          note: note === undefined ? null : String(note),
        }));
        return { items: found, next: more ? (found.at(-1)?.key ?? null) : null };
      }),

    history: (key, limit, after) =>
      ask(async () => {
        const [start, count] = after === null ? [ENTRY, 0] : (JSON.parse(after) as [sk: string, count: number]);
        const { items, more } = await table.query({
          index: null,
          partition: ["pk", key],
          sort: ["sk", start, ENTRIES_END],
          limit,
          after: null,
        });
        const all = items.flatMap((item) =>
          entriesIn(item).map((entry, n) => ({ entry, place: [String(item["sk"]), n + 1] as const })),
        );
        const fresh = all.filter(({ place: [sk, n] }) => sk !== start || n > count);
        const part = fresh.slice(0, limit);
        const last = part.at(-1)?.place;
        const goesOn = (more || fresh.length > limit) && last !== undefined;
        return { items: part.map(({ entry }) => entry), next: goesOn ? JSON.stringify(last) : null };
      }),

    remove: (docs) =>
      ask(async () => {
        const removed = await Promise.all(docs.map(({ key, version }) => removeDoc(key, version)));
        return removed.filter(Boolean).length;
      }),

    health: health.get,
    close: underWay.close,
  };

  /**
   * Removes a document in one transaction; entries of a longer journal are removed before it, in transactions of their
   * own.
   */
  async function removeDoc(key: Key, version: number): Promise<boolean> {
    const [item] = await table.get([docKey(key)]);
    if (item === undefined) return false;
    const { tags } = storedOf(item);
    const last: ItemWrite[] = [{ remove: docKey(key), version }, ...tagRemovals(key, tags)];
    const room = WRITES_A_TRANSACTION - last.length;
    for (;;) {
      const { items, more } = await table.query({
        index: null,
        partition: ["pk", key],
        sort: ["sk", ENTRY, ENTRIES_END],
        limit: room,
        after: null,
      });
      const entries = items.map(({ sk }): ItemWrite => ({ remove: { pk: key, sk: String(sk) }, version: null }));
      const check: ItemWrite = { check: docKey(key), version };
      const stored = await table.write(more ? [check, ...entries] : [...last, ...entries]);
      if (!stored || !more) return stored;
    }
  }
}

const options = z.strictObject({
  driver: z.literal("dynamodb"),
  table: text("the name of a table", 255),
  /** Null: the region of the process. */
  region: text("a region, such as eu-west-1", 32).nullable().default(null),
});

export const dynamodbLedger: LedgerFactory<typeof options> = {
  options,
  open: ({ table, region }, { clock, itemTable, owner }) =>
    openDynamoDb({ table: itemTable("ledger.region", table, region), name: table, clock, client: owner }),
};
