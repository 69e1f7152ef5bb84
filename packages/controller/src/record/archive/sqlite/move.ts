import type { Entry } from "../../../model/journal.ts";
import { decodeBody } from "../../body.ts";
import type { Sql } from "../../sqlite/sql.ts";
import type { Store } from "../../sqlite/store.ts";
import { putAll } from "./put.ts";

/** Incidents in one transaction. */
const BATCH = 200;

/**
 * Moves incidents from the table of an earlier version, which had one row of text for each. May be interrupted at any
 * time: what is moved is removed in the same transaction.
 */
export async function moveOld(store: Store): Promise<void> {
  if (await store.read((sql) => sql.one("SELECT 1 FROM archive LIMIT 1") === undefined)) return;
  while (await store.write(moveSome));
}

/** Moves a batch; returns whether there may be more. */
function moveSome(sql: Sql): boolean {
  const old = sql.all<{ key: string; version: number; incident: string; timeline: string }>(
    `SELECT key, version, incident, timeline FROM archive ORDER BY key LIMIT ${BATCH}`,
  );
  putAll(
    sql,
    old.map(({ key, version, incident, timeline }) => ({
      key,
      version,
      incident: decodeBody<"incident">(incident),
      timeline: JSON.parse(timeline) as readonly Entry[],
    })),
  );
  for (const { key } of old) sql.run("DELETE FROM archive WHERE key = ?", key);
  return old.length === BATCH;
}
