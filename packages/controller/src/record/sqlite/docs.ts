import type { Key } from "../../model/key.ts";
import type { Queue, Shelf, Stored, Tag, Write } from "../ledger/driver.ts";
import type { Sql } from "./sql.ts";

interface Row {
  readonly id: number;
  readonly key: string;
  readonly version: number;
  readonly wakeAt: number | null;
  readonly tags: string;
  readonly body: string;
  readonly closedAt: number | null;
  readonly archived: number;
}

/** A tag is stored as its name, or as its name and its note. */
type StoredTag = string | readonly [name: string, note: string];

const COLUMNS = "id, key, version, wakeAt, tags, body, closedAt, archived";

export function findDoc(sql: Sql, key: Key): Stored | null {
  const row = sql.one<Row>(`SELECT ${COLUMNS} FROM docs WHERE key = ?`, key);
  if (row === undefined) return null;
  const { version, wakeAt, tags, body, closedAt, archived } = row;
  const shelf: Shelf | null =
    closedAt === null ? null : { name: archived === 1 ? "settled" : "unarchived", since: closedAt };
  return { key, version, wakeAt, tags: parseTags(tags).map(nameOf), shelf, body };
}

/** Returns the stored version of a document; 0 if it is not stored. */
export function versionOf(sql: Sql, key: Key): number {
  return sql.one<{ version: number }>("SELECT version FROM docs WHERE key = ?", key)?.version ?? 0;
}

/** A position in an index: a time, and the row id to order equal times. */
interface Position {
  readonly at: number;
  readonly id: number;
}

const ORDERS: { readonly [Q in Queue]: { readonly by: string; readonly of: string } } = {
  // Each repeats the condition of its index (schema.ts), so that SQLite uses the index.
  due: { by: "wakeAt", of: "wakeAt IS NOT NULL" },
  unarchived: { by: "closedAt", of: "closedAt IS NOT NULL AND archived = 0" },
  settled: { by: "closedAt", of: "closedAt IS NOT NULL AND archived = 1" },
};

/** Returns keys of a queue up to a time, earliest first, after a position; with the position of each. */
export function queuedDocs(
  sql: Sql,
  queue: Queue,
  until: number,
  after: Position | null,
  limit: number,
): readonly (Position & { readonly key: Key })[] {
  const { by, of } = ORDERS[queue];
  const { at, id } = after ?? { at: Number.MIN_SAFE_INTEGER, id: 0 };
  return sql.all(
    `SELECT id, ${by} AS at, key FROM docs WHERE ${of} AND ${by} <= ? AND (${by}, id) > (?, ?)
     ORDER BY ${by}, id LIMIT ${limit}`,
    until,
    at,
    id,
  );
}

/** Returns documents that have `tag`, oldest first, after the row `after`; with the row id of each. */
export function taggedDocs(
  sql: Sql,
  tag: string,
  after: number,
  limit: number,
): readonly { readonly id: number; readonly key: Key; readonly note: string | null }[] {
  return sql.all(
    `SELECT id, key, note FROM tags JOIN docs ON id = doc WHERE tag = ? AND doc > ? ORDER BY doc LIMIT ${limit}`,
    tag,
    after,
  );
}

/** Stores `version + 1`. The caller must have compared the versions in this transaction. */
export function writeDoc(sql: Sql, write: Write): void {
  const { key, wakeAt, shelf, body } = write;
  const version = write.version + 1;
  const tags = textOf(write.tags);
  const closedAt = shelf?.since ?? null;
  const archived = shelf?.name === "settled" ? 1 : 0;
  if (write.version === 0) {
    const id = sql.insert(
      `INSERT INTO docs (kind, key, version, wakeAt, tags, body, closedAt, archived)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      key.slice(0, key.indexOf("#")),
      key,
      version,
      wakeAt,
      tags,
      body,
      closedAt,
      archived,
    );
    addTags(sql, id, write.tags);
    return;
  }
  const stored = sql.one<Pick<Row, "id" | "tags">>("SELECT id, tags FROM docs WHERE key = ?", key);
  if (stored === undefined) throw new Error(`${key} was compared, and is not stored`);
  sql.run(
    `UPDATE docs SET version = ?, wakeAt = ?, tags = ?, body = ?, closedAt = ?, archived = ? WHERE id = ?`,
    version,
    wakeAt,
    tags,
    body,
    closedAt,
    archived,
    stored.id,
  );
  if (tags !== stored.tags) {
    removeTags(sql, stored);
    addTags(sql, stored.id, write.tags);
  }
}

/** Stores the next version with another `wakeAt`; returns false if the stored version differs. */
export function touchDoc(sql: Sql, key: Key, version: number, wakeAt: number | null): boolean {
  const moved = sql.one(
    "UPDATE docs SET version = version + 1, wakeAt = ? WHERE key = ? AND version = ? RETURNING id",
    wakeAt,
    key,
    version,
  );
  return moved !== undefined;
}

export function removeDoc(sql: Sql, key: Key): void {
  const stored = sql.one<Pick<Row, "id" | "tags">>("SELECT id, tags FROM docs WHERE key = ?", key);
  if (stored === undefined) return;
  removeTags(sql, stored);
  sql.run("DELETE FROM docs WHERE id = ?", stored.id);
}

function addTags(sql: Sql, id: number, tags: readonly Tag[]): void {
  for (const { name, note } of tags)
    sql.run("INSERT OR IGNORE INTO tags (tag, doc, note) VALUES (?, ?, ?)", name, id, note);
}

function removeTags(sql: Sql, { id, tags }: { readonly id: number; readonly tags: string }): void {
  for (const tag of parseTags(tags)) sql.run("DELETE FROM tags WHERE tag = ? AND doc = ?", nameOf(tag), id);
}

const textOf = (tags: readonly Tag[]): string =>
  JSON.stringify(tags.map(({ name, note }): StoredTag => (note === null ? name : [name, note])));

const parseTags = (json: string): readonly StoredTag[] => JSON.parse(json) as readonly StoredTag[];

const nameOf = (tag: StoredTag): string => (typeof tag === "string" ? tag : tag[0]);
