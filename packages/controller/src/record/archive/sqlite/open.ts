import type { Clock, Ms } from "../../../clock.ts";
import { decodeBody } from "../../body.ts";
import type { Entry } from "../../../model/journal.ts";
import type { Params } from "../../../model/plain.ts";
import type { Health } from "../../ledger/ledger.ts";
import { badCursor, partOf } from "../../cursor.ts";
import { openStore } from "../../sqlite/store.ts";
import type { Sql } from "../../sqlite/sql.ts";
import type { Archive, ArchivedIncident, IncidentFilter } from "../archive.ts";

export interface SqliteFileOptions {
  /** A path whose folder exists, or `:memory:`; may be the ledger's file. */
  readonly file: string;
  /** NORMAL by default: incidents that a power cut loses are put again, since the ledger still has them. */
  readonly synchronous?: "FULL" | "NORMAL";
  /** Maximum size of the file; by default the disk is the limit. */
  readonly maxBytes?: number;
  /** How long a write waits for another process's lock; 2 s by default. */
  readonly lockWait?: Ms;
}

export interface SqliteArchiveOptions extends SqliteFileOptions {
  readonly clock: Clock;
}

interface Row {
  readonly key: string;
  readonly version: number;
  readonly openedAt: number;
  readonly incident: string;
  readonly facts: string;
  readonly timeline: string;
}

const COLUMNS = "key, version, openedAt, incident, facts, timeline";
const LARGEST_PAGE = 500;

/** Opens the archive in one SQLite file. Throws, fails and recovers like the ledger, with codes SK-ARCHIVE-… */
export function openSqliteArchive(options: SqliteArchiveOptions): Archive & { readonly health: () => Health } {
  const { file, clock, synchronous = "NORMAL", maxBytes = null, lockWait = 2_000 } = options;
  const store = openStore({ area: "archive", file, clock, synchronous, maxBytes, lockWait });

  return {
    async put(incidents) {
      await store.write((sql) => {
        for (const each of incidents) upsert(sql, each);
      });
    },
    get: (key) =>
      store.read((sql) => {
        const row = sql.one<Row>(`SELECT ${COLUMNS} FROM archive WHERE key = ?`, key);
        return row === undefined ? null : toArchived(row);
      }),
    list(filter, limit, cursor) {
      return store.read((sql) => {
        const size = Math.min(LARGEST_PAGE, Math.max(1, Math.trunc(limit)));
        const { where, values } = conditions(filter, cursor);
        const rows = sql.all<Row>(
          `SELECT ${COLUMNS} FROM archive WHERE ${where} ORDER BY openedAt DESC, key DESC LIMIT ${size + 1}`,
          ...values,
        );
        const { items, next } = partOf(rows, size, toArchived, ({ openedAt, key }) => toCursor(openedAt, key));
        return next === null ? { items } : { items, next };
      });
    },
    health: store.health,
    close: store.close,
  };
}

function upsert(sql: Sql, { key, version, incident, facts, timeline }: ArchivedIncident): void {
  sql.run(
    `INSERT INTO archive (key, version, openedAt, open, subject, outcome, region, availabilityZone, instanceType, "group",
       cluster, kinds, incident, facts, timeline)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET version = excluded.version, openedAt = excluded.openedAt, open = excluded.open,
       subject = excluded.subject, outcome = excluded.outcome, region = excluded.region,
       availabilityZone = excluded.availabilityZone, instanceType = excluded.instanceType, "group" = excluded."group",
       cluster = excluded.cluster, kinds = excluded.kinds, incident = excluded.incident, facts = excluded.facts,
       timeline = excluded.timeline
     WHERE excluded.version > archive.version`,
    key,
    version,
    incident.openedAt,
    incident.closedAt === null ? 1 : 0,
    incident.subject.id,
    incident.outcome,
    incident.region,
    incident.availabilityZone ?? textOf(facts["availabilityZone"]),
    textOf(facts["instanceType"]),
    textOf(facts["group"]),
    textOf(facts["cluster"]),
    `,${incident.signals.map(({ kind }) => kind).join(",")},`,
    JSON.stringify(incident),
    JSON.stringify(facts),
    JSON.stringify(timeline),
  );
}

function textOf(value: Params[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function toArchived({ key, version, incident, facts, timeline }: Row): ArchivedIncident {
  return {
    key,
    version,
    incident: decodeBody<"incident">(incident),
    facts: JSON.parse(facts) as Params,
    timeline: JSON.parse(timeline) as readonly Entry[],
  };
}

/** One condition for each filter; a new filter does not compile without its line. */
const FILTERS: { readonly [F in keyof Required<IncidentFilter>]: string } = {
  from: "openedAt >= ?",
  to: "openedAt < ?",
  instanceId: "subject = ?",
  group: `"group" = ?`,
  cluster: "cluster = ?",
  region: "region = ?",
  availabilityZone: "availabilityZone = ?",
  instanceType: "instanceType = ?",
  outcome: "outcome = ?",
  kind: "instr(kinds, ',' || ? || ',') > 0",
  open: "open = ?",
};

function conditions(
  filter: IncidentFilter,
  cursor: string | undefined,
): { readonly where: string; readonly values: readonly (string | number)[] } {
  const parts = ["TRUE"];
  const values: (string | number)[] = [];
  for (const name of Object.keys(FILTERS) as (keyof IncidentFilter)[]) {
    const value = filter[name];
    if (value === undefined) continue;
    parts.push(FILTERS[name]);
    values.push(typeof value === "boolean" ? Number(value) : value);
  }
  if (cursor !== undefined) {
    const { openedAt, key } = fromCursor(cursor);
    parts.push("(openedAt, key) < (?, ?)");
    values.push(openedAt, key);
  }
  return { where: parts.join(" AND "), values };
}

function toCursor(openedAt: Ms, key: string): string {
  return Buffer.from(`${openedAt} ${key}`).toString("base64url");
}

function fromCursor(cursor: string): { readonly openedAt: Ms; readonly key: string } {
  const match = /^(-?\d{1,16}) (.+)$/s.exec(Buffer.from(cursor, "base64url").toString());
  if (match === null) throw badCursor();
  return { openedAt: Number(match[1]), key: match[2] ?? "" };
}
