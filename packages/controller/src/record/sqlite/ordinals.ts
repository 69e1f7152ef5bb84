import { incidentKey } from "../../correlate/correlate.ts";
import type { Doc } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";
import { findDoc } from "./docs.ts";
import type { Sql } from "./sql.ts";

interface Opened {
  readonly doc: Doc<"incident">;
  readonly entries: readonly Entry[];
}

/**
 * Moves the ordinal of an incident that is about to open past those that were purged, which correlate() was not shown.
 * An instance can be interrupted again long after (stopped, started, stopped), and a key that is used twice would be
 * an older version of what the archive has.
 */
export function afterPurged(sql: Sql, opened: Opened): Opened {
  const { doc, entries } = opened;
  if (doc.version > 0) return opened;
  const { subject } = doc.body;
  const row = sql.one<{ ordinal: number }>("SELECT ordinal FROM ordinals WHERE subject = ?", subject.id);
  if (row === undefined || row.ordinal < doc.body.ordinal) return opened;
  const ordinal = row.ordinal + 1;
  const key = incidentKey(subject, ordinal);
  return {
    doc: { ...doc, key, body: { ...doc.body, ordinal } },
    entries: entries.map((entry) => ({ ...entry, key })),
  };
}

/** Remembers the ordinal of an incident that is about to be removed. */
export function rememberOrdinal(sql: Sql, key: Key): void {
  const doc = findDoc(sql, key);
  if (doc?.kind !== "incident") return;
  sql.run(
    `INSERT INTO ordinals (subject, ordinal) VALUES (?, ?)
     ON CONFLICT (subject) DO UPDATE SET ordinal = max(ordinal, excluded.ordinal)`,
    doc.body.subject.id,
    doc.body.ordinal,
  );
}
