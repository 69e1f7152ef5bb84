import type { Sql } from "../../sqlite/sql.ts";
import type { ArchivedIncident } from "../archive.ts";
import { MEASURES, measureNames } from "../../rows/durations.ts";
import { toRow } from "../../rows/row.ts";
import { kindsName } from "./conditions.ts";
import { compressorIn, learnDictionary } from "./documents.ts";
import { namesIn } from "./names.ts";
import { changesIn, type Counted } from "./roll-ups.ts";

interface StoredRow extends Counted {
  readonly id: number;
  readonly version: number;
}

/** Writes incidents with their counts, in the caller's transaction. An older or equal version changes nothing. */
export function putAll(sql: Sql, incidents: readonly ArchivedIncident[]): void {
  if (incidents.length === 0) return;
  const names = namesIn(sql);
  const changes = changesIn(sql);
  const compress = compressorIn(sql);

  for (const archived of incidents) {
    const { key, version, incident } = archived;
    const before = sql.one<StoredRow>(
      `SELECT id, version, openedAt, "group", zone, type, outcome FROM archive_rows WHERE key = ?`,
      key,
    );
    if (before !== undefined && before.version >= version) continue;
    const row = toRow(key, incident);
    const counted: Counted = {
      openedAt: row.openedAt,
      group: names.numberOf(row.group),
      zone: names.zoneOf(row.region, row.availabilityZone),
      type: names.numberOf(row.instanceType),
      outcome: names.numberOf(row.outcome),
    };
    if (before !== undefined) changes.remove(before);
    changes.add(counted);
    const id = writeRow(sql, before?.id ?? null, [
      key,
      version,
      row.openedAt,
      row.closedAt === null ? 1 : 0,
      counted.group,
      names.numberOf(row.cluster),
      counted.zone,
      counted.type,
      counted.outcome,
      names.numberOf(kindsName(row.kinds)),
      ...measureNames.map((measure) => inMs(row[MEASURES[measure]])),
    ]);
    const { dictionary, body } = compress(archived);
    sql.run("INSERT OR REPLACE INTO archive_documents (id, dictionary, body) VALUES (?, ?, ?)", id, dictionary, body);
  }
  changes.write();
  learnDictionary(sql);
}

const inMs = (seconds: number | null): number | null => (seconds === null ? null : Math.round(seconds * 1_000));

const COLUMNS = `key, version, openedAt, open, "group", cluster, zone, type, outcome, kinds, ${measureNames.join(", ")}`;
const MARKS = COLUMNS.replaceAll(/[^ ,]+/g, "?");

/** Returns the row's number. */
function writeRow(sql: Sql, id: number | null, values: readonly (string | number | null)[]): number {
  if (id === null) return sql.insert(`INSERT INTO archive_rows (${COLUMNS}) VALUES (${MARKS})`, ...values);
  sql.run(`UPDATE archive_rows SET (${COLUMNS}) = (${MARKS}) WHERE id = ?`, ...values, id);
  return id;
}
