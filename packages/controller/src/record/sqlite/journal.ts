import type { Entry, EntryKind } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";
import type { Params } from "../../model/plain.ts";
import type { Sql } from "./sql.ts";

interface Row {
  readonly seq: number;
  readonly key: string;
  readonly at: number;
  readonly kind: EntryKind;
  readonly text: string;
  readonly data: string;
}

export function appendEntries(sql: Sql, entries: readonly Entry[]): void {
  for (const { key, at, kind, text, data } of entries) {
    sql.run(
      "INSERT INTO journal (key, at, kind, text, data) VALUES (?, ?, ?, ?, ?)",
      key,
      at,
      kind,
      text,
      JSON.stringify(data),
    );
  }
}

/** Returns entries in the order of commits, after the row `after`; with the row id of each. */
export function entriesOf(sql: Sql, key: Key, after: number, limit: number): readonly { seq: number; entry: Entry }[] {
  return sql
    .all<Row>(`SELECT * FROM journal WHERE key = ? AND seq > ? ORDER BY seq LIMIT ${limit}`, key, after)
    .map(({ seq, at, kind, text, data }) => ({
      seq,
      entry: { key, at, kind, text, data: JSON.parse(data) as Params },
    }));
}

export function removeEntries(sql: Sql, key: Key): void {
  sql.run("DELETE FROM journal WHERE key = ?", key);
}
