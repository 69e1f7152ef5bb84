import type { Clock, Ms } from "../../clock.ts";
import { SpotkeeperError } from "../../errors.ts";
import { correlate } from "../../correlate/correlate.ts";
import {
  docsByTag,
  encodeDoc,
  encodeDocs,
  findDoc,
  isAnyDue,
  leaseDue,
  newestIncidents,
  removeDoc,
  versionOf,
  writeDoc,
} from "../sqlite/docs.ts";
import { pageOf, rowOf } from "../sqlite/cursor.ts";
import { appendEntries, entriesOf, removeEntries } from "../sqlite/journal.ts";
import { openStore } from "../sqlite/store.ts";
import { afterPurged, rememberOrdinal } from "../sqlite/ordinals.ts";
import type { Sql } from "../sqlite/sql.ts";
import type { Doc } from "../../model/doc.ts";
import type { Ledger } from "./ledger.ts";

export interface SqliteLedgerOptions {
  /** A path whose folder exists, or `:memory:`. Several processes may share it. */
  readonly file: string;
  readonly clock: Clock;
  /** FULL (the default) survives a power cut; NORMAL only a kill, at several times the speed. */
  readonly synchronous?: "FULL" | "NORMAL";
  /** The file grows no further than this; by default as far as its disk allows. */
  readonly maxBytes?: number;
  /** How long a write waits for another process's lock; 2 s by default. */
  readonly lockWait?: Ms;
  /** The most that one document's body takes, in bytes; 8 kB by default. */
  readonly largestBody?: number;
}

/** How many of a subject's incidents are looked at: an interruption hardly joins one from eight ago. */
const KNOWN = 8;
const LIST_PAGE = 100;
const HISTORY_PAGE = 200;
const PURGE_BATCH = 100;

/**
 * The ledger in one SQLite file (WAL). Throws SK-LEDGER-NEWER and SK-LEDGER-FOREIGN for a file that is not to be
 * touched; a file that cannot be used now (folder missing, disk full, …) is opened later, and told by `health()`.
 *
 * Two processes, one incident: `BEGIN IMMEDIATE` takes the only write lock before anything is read.
 *
 *     A  begin ─ read: none ─ write #1 ─ commit
 *     B        begin …waits…………………………………… read: #1 ─ join it ─ commit
 *
 * @example const ledger = openSqliteLedger({ file: "spotkeeper.db", clock: systemClock });
 */
export function openSqliteLedger(options: SqliteLedgerOptions): Ledger {
  const { file, clock, synchronous = "FULL", maxBytes = null, lockWait = 2_000, largestBody } = options;
  const store = openStore({ area: "ledger", file, clock, synchronous, maxBytes, lockWait });

  return {
    accept(signal, now) {
      return store.write((sql) => {
        const known = newestIncidents(sql, `subject#${signal.subject.id}`, KNOWN);
        const joined = correlate(known, signal, now);
        if (joined === null) return null;
        if (!joined.fresh) return { doc: joined.doc, fresh: false };
        const { doc: next, entries } = afterPurged(sql, joined);
        if (versionOf(sql, next.key) !== next.version) {
          throw new SpotkeeperError("SK-LEDGER-INVALID", `A signal would open ${next.key} again, which exists.`);
        }
        const doc = writeDoc(sql, encodeDoc(next, largestBody));
        appendEntries(sql, entries);
        return { doc: doc as Doc<"incident">, fresh: true };
      });
    },

    load: <K extends Doc["kind"]>(key: string, kind: K) =>
      store.read((sql) => {
        const doc = findDoc(sql, key);
        return doc?.kind === kind ? (doc as Doc<K>) : null;
      }),

    async commit(writes, journal, unchanged = []) {
      const encoded = encodeDocs(writes, largestBody);
      return store.write((sql) => {
        // All is compared before anything is written, so that a conflict leaves nothing to undo.
        for (const { key, version } of [...writes, ...unchanged]) {
          if (versionOf(sql, key) !== version) return "conflict";
        }
        const stored = encoded.map((each) => writeDoc(sql, each));
        appendEntries(sql, journal);
        return stored;
      });
    },

    async due(now, limit, owner, lease) {
      // Mostly nothing is, and then nobody needs the only write lock.
      if (!(await store.read((sql) => isAnyDue(sql, now)))) return [];
      return store.write((sql) => leaseDue(sql, now, limit, owner, now + lease));
    },

    list(tag, cursor) {
      return store.read((sql) => {
        const rows = docsByTag(sql, tag, rowOf(cursor), LIST_PAGE + 1);
        return pageOf(
          rows,
          LIST_PAGE,
          (row) => row.doc,
          (row) => String(row.id),
        );
      });
    },

    history(key, cursor) {
      return store.read((sql) => {
        const rows = entriesOf(sql, key, rowOf(cursor), HISTORY_PAGE + 1);
        return pageOf(
          rows,
          HISTORY_PAGE,
          (row) => row.entry,
          (row) => String(row.seq),
        );
      });
    },

    unarchived(cursor) {
      return store.read((sql) => {
        const rows = sql.all<{ id: number; key: string }>(
          `SELECT id, key FROM docs WHERE closedAt IS NOT NULL AND archived = 0 AND id > ?
           ORDER BY id LIMIT ${LIST_PAGE + 1}`,
          rowOf(cursor),
        );
        return pageOf(
          rows,
          LIST_PAGE,
          (row) => row.key,
          (row) => String(row.id),
        );
      });
    },

    async purge(settledBefore) {
      // Batch by batch, so that handling goes on between.
      for (let purged = 0; ;) {
        const removed = await store.write((sql) => purgeBatch(sql, settledBefore));
        purged += removed;
        if (removed < PURGE_BATCH) return purged;
      }
    },

    health: store.health,
    close: store.close,
  };
}

/** The query repeats the condition of the index docs_archived (schema.ts), so that it is found without a scan. */
function purgeBatch(sql: Sql, settledBefore: Ms): number {
  const rows = sql.all<{ id: number; key: string; tags: string }>(
    `SELECT id, key, tags FROM docs
     WHERE closedAt IS NOT NULL AND archived = 1 AND wakeAt IS NULL AND closedAt < ? LIMIT ${PURGE_BATCH}`,
    settledBefore,
  );
  for (const row of rows) {
    rememberOrdinal(sql, row.key);
    removeEntries(sql, row.key);
    removeDoc(sql, row);
  }
  return rows.length;
}
