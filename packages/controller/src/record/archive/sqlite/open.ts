import type { Clock, Ms } from "../../../clock.ts";
import { badCursor, partOf } from "../../cursor.ts";
import type { Health, Page } from "../../ledger/ledger.ts";
import type { Sql } from "../../sqlite/sql.ts";
import { openStore } from "../../sqlite/store.ts";
import type { Archive, ArchivedIncident } from "../archive.ts";
import type { IncidentFilter } from "../../rows/filter.ts";
import { both, type Conditions, conditionsOf, where } from "./conditions.ts";
import { durationsIn } from "./durations.ts";
import { decompress, type StoredDocument } from "./documents.ts";
import { moveOld } from "./move.ts";
import { panelIn } from "./panels.ts";
import { putAll } from "./put.ts";

export interface SqliteFileOptions {
  /** A path whose folder exists, or `:memory:`; may be the ledger's file. */
  readonly file: string;
  /** NORMAL by default: incidents that a power cut loses are put again, since the ledger still has them. */
  readonly synchronous?: "FULL" | "NORMAL";
  /** Maximum size of the file; by default the disk is the limit. */
  readonly maxBytes?: number;
  /** How long a write waits for another process's lock; 2 s by default. */
  readonly lockWait?: Ms;
  /** Below this number of incidents in a range, panels count incidents; from it on, they add up kept counts. */
  readonly fewIncidents?: number;
}

export interface SqliteArchiveOptions extends SqliteFileOptions {
  readonly clock: Clock;
}

interface DocumentRow extends StoredDocument {
  readonly key: string;
  readonly version: number;
  readonly openedAt: number;
}

const DOCUMENTS = `SELECT key, version, openedAt, archive_documents.body AS body, archive_dictionaries.body AS dictionaryBody
  FROM archive_rows CROSS JOIN archive_documents USING (id)
    LEFT JOIN archive_dictionaries ON archive_dictionaries.id = dictionary`;
const LARGEST_PAGE = 500;

/** Opens the archive in one SQLite file. Throws, fails and recovers like the ledger, with codes SK-ARCHIVE-… */
export function openSqliteArchive(options: SqliteArchiveOptions): Archive & { readonly health: () => Health } {
  const { file, clock, synchronous = "NORMAL", maxBytes = null, lockWait = 2_000, fewIncidents = 100_000 } = options;
  const store = openStore({ area: "archive", file, clock, synchronous, maxBytes, lockWait });

  const calls = new Set<Promise<unknown>>();
  let moved: Promise<void> | null = null;

  /** Runs a call after what an earlier version archived is moved; if that fails, it is tried again at the next call. */
  function call<T>(work: () => Promise<T>): Promise<T> {
    moved ??= moveOld(store).catch((error: unknown) => {
      moved = null;
      throw error;
    });
    const answer = moved.then(work);
    calls.add(answer);
    const settled = (): void => void calls.delete(answer);
    answer.then(settled, settled);
    return answer;
  }

  return {
    put: (incidents) => call(() => store.write((sql) => putAll(sql, incidents))),
    get: (key) =>
      call(() =>
        store.read((sql) => {
          const row = sql.one<DocumentRow>(`${DOCUMENTS} WHERE key = ?`, key);
          return row === undefined ? null : toArchived(row);
        }),
      ),
    list: (filter, limit, cursor) => call(() => store.read((sql) => listIn(sql, filter, limit, cursor))),
    panel: (question) => call(() => store.read((sql) => panelIn(sql, question, fewIncidents))),
    durations: (question) => call(() => store.read((sql) => durationsIn(sql, question))),
    health: store.health,
    async close() {
      await Promise.allSettled(calls);
      await store.close();
    },
  };
}

function listIn(sql: Sql, filter: IncidentFilter, limit: number, cursor: string | undefined): Page<ArchivedIncident> {
  const size = Math.min(LARGEST_PAGE, Math.max(1, Math.trunc(limit)));
  const conditions = both(conditionsOf(sql, filter), after(cursor));
  const rows = sql.all<DocumentRow>(
    `${DOCUMENTS} WHERE ${where(conditions)} ORDER BY openedAt DESC, key DESC LIMIT ${size + 1}`,
    ...conditions.values,
  );
  const { items, next } = partOf(rows, size, toArchived, ({ openedAt, key }) => toCursor(openedAt, key));
  return next === null ? { items } : { items, next };
}

const toArchived = ({ key, version, ...stored }: DocumentRow): ArchivedIncident => ({
  key,
  version,
  ...decompress(stored),
});

function after(cursor: string | undefined): Conditions {
  if (cursor === undefined) return { texts: [], values: [] };
  const { openedAt, key } = fromCursor(cursor);
  return { texts: ["(openedAt, key) < (?, ?)"], values: [openedAt, key] };
}

function toCursor(openedAt: Ms, key: string): string {
  return Buffer.from(`${openedAt} ${key}`).toString("base64url");
}

function fromCursor(cursor: string): { readonly openedAt: Ms; readonly key: string } {
  const match = /^(-?\d{1,16}) (.+)$/s.exec(Buffer.from(cursor, "base64url").toString());
  if (match === null) throw badCursor();
  return { openedAt: Number(match[1]), key: match[2] ?? "" };
}
