import { SpotkeeperError } from "../../errors.ts";
import { isArchived } from "../archived.ts";
import { decodeBody } from "../body.ts";
import type { Doc } from "../../model/doc.ts";
import type { Key } from "../../model/key.ts";
import { fit } from "../fit.ts";
import type { Sql } from "./sql.ts";

interface Row {
  readonly id: number;
  readonly kind: string;
  readonly key: string;
  readonly version: number;
  readonly wakeAt: number | null;
  readonly tags: string;
  readonly body: string;
}

type Stored = Pick<Row, "id" | "kind" | "tags">;

const COLUMNS = "id, kind, key, version, wakeAt, tags, body";

function toDoc(row: Row): Doc {
  const { kind, key, version, wakeAt } = row;
  const body = decodeBody(row.body);
  return { kind, key, schema: 1, version, wakeAt, tags: stringsOf(row.tags), body } as Doc;
}

export function findDoc(sql: Sql, key: Key): Doc | null {
  const row = sql.one<Row>(`SELECT ${COLUMNS} FROM docs WHERE key = ?`, key);
  return row === undefined ? null : toDoc(row);
}

/** Version of what is stored under `key`; 0 for nothing. */
export function versionOf(sql: Sql, key: Key): number {
  return sql.one<{ version: number }>("SELECT version FROM docs WHERE key = ?", key)?.version ?? 0;
}

/** Those that carry `tag`, oldest first, after the row `after`; with the row to go on from. */
export function docsByTag(sql: Sql, tag: string, after: number, limit: number): readonly { id: number; doc: Doc }[] {
  return sql
    .all<Row>(
      `SELECT ${COLUMNS} FROM tags JOIN docs ON id = doc WHERE tag = ? AND doc > ? ORDER BY doc LIMIT ${limit}`,
      tag,
      after,
    )
    .map((row) => ({ id: row.id, doc: toDoc(row) }));
}

/** The newest incidents that carry `tag`, newest first. Rows are numbered as they are made, so an ordinal's order is theirs. */
export function newestIncidents(sql: Sql, tag: string, limit: number): readonly Doc<"incident">[] {
  return sql
    .all<Row>(
      `SELECT ${COLUMNS} FROM tags JOIN docs ON id = doc WHERE tag = ? AND kind = 'incident' ORDER BY doc DESC LIMIT ${limit}`,
      tag,
    )
    .map((row) => toDoc(row) as Doc<"incident">);
}

/** Due and not leased. */
const DUE = "wakeAt <= ?1 AND (leaseUntil IS NULL OR leaseUntil <= ?1)";

/** Whether a document is due, and not leased. */
export function isAnyDue(sql: Sql, now: number): boolean {
  return sql.one(`SELECT 1 FROM docs WHERE ${DUE} LIMIT 1`, now) !== undefined;
}

/** Due and not leased, earliest first. */
export function leaseDue(sql: Sql, now: number, limit: number, owner: string, until: number): readonly Doc[] {
  const rows = sql.all<Row>(`SELECT ${COLUMNS} FROM docs WHERE ${DUE} ORDER BY wakeAt, id LIMIT ${limit}`, now);
  for (const row of rows) sql.run("UPDATE docs SET leaseOwner = ?, leaseUntil = ? WHERE id = ?", owner, until, row.id);
  return rows.map(toDoc);
}

/** A document as its row has it: made once, before the write lock is taken. */
export interface Encoded {
  readonly doc: Doc;
  readonly tags: string;
  readonly body: string;
}

/** Encodes what one commit writes. Throws as `encodeDoc` does. @param room bytes for each body */
export function encodeDocs(docs: readonly Doc[], room?: number): readonly Encoded[] {
  if (new Set(docs.map((doc) => doc.key)).size < docs.length) {
    throw invalid(`One commit writes a document twice (${docs.map((doc) => doc.key).join(", ")}). Write each once.`);
  }
  return docs.map((doc) => encodeDoc(doc, room));
}

/** Refuses what no driver could store. Throws SK-LEDGER-TOO-LARGE, SK-LEDGER-INVALID. @param room bytes for the body */
export function encodeDoc(doc: Doc, room?: number): Encoded {
  const { key, wakeAt } = doc;
  if (wakeAt !== null && !Number.isSafeInteger(wakeAt)) {
    throw invalid(`The wakeAt of ${key} is ${wakeAt}: it must be whole milliseconds, or null, else it never wakes.`);
  }
  return { doc, tags: JSON.stringify(doc.tags), body: fit(doc, room) };
}

/** Stores `doc.version + 1`. The caller has compared the versions, in this transaction. */
export function writeDoc(sql: Sql, encoded: Encoded): Doc {
  const { doc, tags, body } = encoded;
  const { kind, key, wakeAt } = doc;
  const version = doc.version + 1;
  const { closedAt, archived } = closing(doc);
  const stored = sql.one<Stored>("SELECT id, kind, tags FROM docs WHERE key = ?", key);
  if (stored === undefined) {
    const id = sql.insert(
      `INSERT INTO docs (kind, key, version, wakeAt, tags, body, closedAt, archived)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      kind,
      key,
      version,
      wakeAt,
      tags,
      body,
      closedAt,
      archived,
    );
    addTags(sql, id, doc.tags);
    return { ...doc, version };
  }
  if (stored.kind !== kind) throw invalid(`${key} is stored as a document of kind ${stored.kind}, not ${kind}.`);
  sql.run(
    `UPDATE docs SET leaseUntil = CASE WHEN wakeAt IS ?2 THEN leaseUntil END, version = ?1, wakeAt = ?2, tags = ?3,
       body = ?4, closedAt = ?5, archived = ?6 WHERE id = ?7`,
    version,
    wakeAt,
    tags,
    body,
    closedAt,
    archived,
    stored.id,
  );
  if (tags !== stored.tags) {
    removeTags(sql, stored.id, stringsOf(stored.tags));
    addTags(sql, stored.id, doc.tags);
  }
  return { ...doc, version };
}

export function removeDoc(sql: Sql, { id, tags }: { readonly id: number; readonly tags: string }): void {
  removeTags(sql, id, stringsOf(tags));
  sql.run("DELETE FROM docs WHERE id = ?", id);
}

/** Columns that archiving and purging select by. */
function closing(doc: Doc): { readonly closedAt: number | null; readonly archived: number } {
  // An ended silence is nothing that the archive wants.
  if (doc.kind === "silence") return { closedAt: doc.body.endsAt, archived: 1 };
  if (doc.kind !== "incident") return { closedAt: null, archived: 0 };
  const stored = { version: doc.version + 1, body: doc.body };
  return { closedAt: doc.body.closedAt, archived: isArchived(stored) ? 1 : 0 };
}

function addTags(sql: Sql, id: number, tags: readonly string[]): void {
  for (const tag of tags) sql.run("INSERT OR IGNORE INTO tags (tag, doc) VALUES (?, ?)", tag, id);
}

function removeTags(sql: Sql, id: number, tags: readonly string[]): void {
  for (const tag of tags) sql.run("DELETE FROM tags WHERE tag = ? AND doc = ?", tag, id);
}

function stringsOf(json: string): readonly string[] {
  return JSON.parse(json) as readonly string[];
}

function invalid(message: string): SpotkeeperError {
  return new SpotkeeperError("SK-LEDGER-INVALID", message);
}
