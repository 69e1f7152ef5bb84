import type { Item, ItemKey, ItemWrite } from "../../aws/services/dynamodb.ts";
import type { Entry } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";
import type { Params } from "../../model/plain.ts";
import type { Shelf, Stored, Tag, Write } from "../ledger/driver.ts";

/**
 * The table, whose key is `pk` and `sk`, both texts:
 *
 *     pk           sk                       attributes
 *     <key>        doc                      version, body, tags, told; wakeAt and due; since and shelf
 *     <key>        entry#<at>#<version>#…   lines: the entries of one commit
 *     tag <name>   <key>                    note
 *
 * `told` is the time of the document's last entry. Two eventually consistent indexes, both of keys only: `due` by `due`
 * and `wakeAt`, `shelf` by `shelf` and `since`.
 */
export const DUE = { index: "due", partition: "due", sort: "wakeAt" } as const;
export const SHELF = { index: "shelf", partition: "shelf", sort: "since" } as const;

/**
 * Partitions of the due index. One partition takes about 1,000 writes per second, and takeover delays are renewed as
 * often in a storm: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const SHARDS = 8;

export const docKey = (key: Key): ItemKey => ({ pk: key, sk: "doc" });
const tagKey = (tag: string, key: Key): ItemKey => ({ pk: `tag ${tag}`, sk: key });

/** Returns the shard of the due index for a key, by a hash. */
export function shardOf(key: Key): string {
  let hash = 0;
  for (const char of key) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return shardName(hash % SHARDS);
}

export const shardName = (shard: number): string => `due#${shard}`;

/** What a commit needs of the previous version: its tags, and the time of its last entry (`told`). */
export interface Before {
  readonly version: number;
  readonly tags: string;
  readonly told: number;
}

export const NOTHING_BEFORE: Before = { version: 0, tags: "[]", told: 0 };

export const beforeOf = (item: Item): Before => ({
  version: Number(item["version"]),
  tags: String(item["tags"]),
  told: Number(item["told"] ?? 0),
});

const tagsOf = (text: string): readonly Tag[] => JSON.parse(text) as readonly Tag[];

export function storedOf(item: Item): Stored {
  const { pk, version, wakeAt, tags, body, shelf, since } = item;
  return {
    key: String(pk),
    version: Number(version),
    wakeAt: wakeAt === undefined ? null : Number(wakeAt),
    tags: tagsOf(String(tags)).map(({ name }) => name),
    shelf: shelf === undefined ? null : { name: shelf as Shelf["name"], since: Number(since) },
    body: String(body),
  };
}

/** Returns the writes for a document and for its changed tags. */
export function docWrites(write: Write, before: Before, told: number): readonly ItemWrite[] {
  const { key, version, wakeAt, shelf, body } = write;
  const tags = JSON.stringify(write.tags);
  const doc = {
    ...docKey(key),
    version: version + 1,
    body,
    tags,
    told,
    ...(wakeAt === null ? {} : { wakeAt, due: shardOf(key) }),
    ...(shelf === null ? {} : { shelf: shelf.name, since: shelf.since }),
  };
  const had = new Map(tagsOf(before.tags).map(({ name, note }) => [name, note]));
  const has = new Set(write.tags.map(({ name }) => name));
  const added = write.tags.filter(({ name, note }) => !had.has(name) || had.get(name) !== note);
  const gone = [...had.keys()].filter((name) => !has.has(name));
  return [
    { put: doc, version },
    ...added.map(({ name, note }) => ({
      put: { ...tagKey(name, key), ...(note === null ? {} : { note }) },
      version: null,
    })),
    ...gone.map((name) => ({ remove: tagKey(name, key), version: null })),
  ];
}

export const tagRemovals = (key: Key, tags: readonly string[]): readonly ItemWrite[] =>
  tags.map((name) => ({ remove: tagKey(name, key), version: null }));

/** Entries per item, so that an item stays below DynamoDB's limit of 400 kB. */
const LINES_AN_ITEM = 40;
export const ENTRY = "entry#";
/** Sorts after all entries. */
export const ENTRIES_END = "entry$";

type Line = readonly [at: number, kind: Entry["kind"], text: string, data: Params];

const padded = (value: number, digits: number): string => String(Math.max(0, value)).padStart(digits, "0");

/**
 * Returns the writes for the entries of one commit about one key. They sort by time, then by version, so that the
 * entries of one document are in the order of its commits.
 *
 * @param told time used for sorting: not before the document's previous entry
 * @param unique separates two commits of the same time, in their order
 */
export function entryWrites(
  key: Key,
  entries: readonly Entry[],
  { told, version, unique }: { readonly told: number; readonly version: number; readonly unique: string },
): readonly ItemWrite[] {
  const start = `${ENTRY}${padded(told, 15)}#${padded(version, 10)}#${unique}`;
  return Array.from({ length: Math.ceil(entries.length / LINES_AN_ITEM) }, (_, n) => {
    const lines = entries
      .slice(n * LINES_AN_ITEM, (n + 1) * LINES_AN_ITEM)
      .map(({ at, kind, text, data }): Line => [at, kind, text, data]);
    return { put: { pk: key, sk: `${start}#${padded(n, 4)}`, lines: JSON.stringify(lines) }, version: null };
  });
}

export const entriesIn = (item: Item): readonly Entry[] =>
  (JSON.parse(String(item["lines"])) as readonly Line[]).map(([at, kind, text, data]) => ({
    key: String(item["pk"]),
    at,
    kind,
    text,
    data,
  }));
