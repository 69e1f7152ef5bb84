import { z } from "zod";
import type { Clock, Ms } from "../../clock.ts";
import { filePath, oneOf } from "../../fields.ts";
import { partOf } from "../cursor.ts";
import { createLedger, type LedgerOptions } from "../create-ledger.ts";
import { findDoc, queuedDocs, removeDoc, taggedDocs, touchDoc, versionOf, writeDoc } from "../sqlite/docs.ts";
import { appendEntries, entriesOf, removeEntries } from "../sqlite/journal.ts";
import { openStore } from "../sqlite/store.ts";
import type { LedgerDriver, LedgerFactory } from "./driver.ts";
import type { Ledger } from "./ledger.ts";

export interface SqliteOptions {
  /** A path whose folder exists, or `:memory:`. Several processes may share it. */
  readonly file: string;
  readonly clock: Clock;
  /** FULL (the default) survives a power cut; NORMAL only a kill, at several times the speed. */
  readonly synchronous?: "FULL" | "NORMAL";
  /** Maximum size of the file; by default the disk is the limit. */
  readonly maxBytes?: number;
  /** How long a write waits for another process's lock; 2 s by default. */
  readonly lockWait?: Ms;
}

export type SqliteLedgerOptions = SqliteOptions & LedgerOptions;

/**
 * Keeps a ledger's state in one SQLite file (WAL). Throws SK-LEDGER-NEWER or SK-LEDGER-FOREIGN for a file that this
 * version must not change; a file that cannot be used now (folder missing, disk full, …) is opened later, and reported
 * by `health()`.
 *
 * Two processes, one document: `BEGIN IMMEDIATE` takes the only write lock before any version is read.
 *
 *     A  begin ─ version 1 ─ write 2 ─ commit
 *     B        begin …waits…………………………………… version 2 ✗
 */
export function openSqlite(options: SqliteOptions): LedgerDriver {
  const { file, clock, synchronous = "FULL", maxBytes = null, lockWait = 2_000 } = options;
  const store = openStore({ area: "ledger", file, clock, synchronous, maxBytes, lockWait });

  return {
    load: (keys) => store.read((sql) => keys.flatMap((key) => findDoc(sql, key) ?? [])),

    commit(writes, unchanged, entries) {
      return store.write((sql) => {
        // All versions are compared before the first write, so that a conflict needs no rollback.
        if ([...writes, ...unchanged].some(({ key, version }) => versionOf(sql, key) !== version)) return false;
        for (const write of writes) writeDoc(sql, write);
        appendEntries(sql, entries);
        return true;
      });
    },

    touch: (key, version, wakeAt) => store.write((sql) => touchDoc(sql, key, version, wakeAt)),

    queued(queue, until, limit, after) {
      return store.read((sql) => {
        const [at, id] = (after ?? "").split(" ").map(Number);
        const place = at === undefined || id === undefined ? null : { at, id };
        const rows = queuedDocs(sql, queue, until ?? Number.MAX_SAFE_INTEGER, place, limit + 1);
        return partOf(
          rows,
          limit,
          (row) => row.key,
          (row) => `${row.at} ${row.id}`,
        );
      });
    },

    tagged(tag, limit, after) {
      return store.read((sql) => {
        const rows = taggedDocs(sql, tag, Number(after ?? 0), limit + 1);
        return partOf(
          rows,
          limit,
          ({ key, note }) => ({ key, note }),
          (row) => String(row.id),
        );
      });
    },

    history(key, limit, after) {
      return store.read((sql) => {
        const rows = entriesOf(sql, key, Number(after ?? 0), limit + 1);
        return partOf(
          rows,
          limit,
          (row) => row.entry,
          (row) => String(row.seq),
        );
      });
    },

    remove(docs) {
      return store.write((sql) => {
        const mine = docs.filter(({ key, version }) => versionOf(sql, key) === version);
        for (const { key } of mine) {
          removeEntries(sql, key);
          removeDoc(sql, key);
        }
        return mine.length;
      });
    },

    health: store.health,
    close: store.close,
  };
}

const options = z.strictObject({
  driver: z.literal("sqlite").default("sqlite"),
  file: filePath().default("spotkeeper.db"),
  /** FULL survives a power cut; NORMAL only a kill, at several times the speed. */
  synchronous: oneOf(["FULL", "NORMAL"]).default("FULL"),
});

export const sqliteLedger: LedgerFactory<typeof options> = {
  options,
  open: ({ file, synchronous }, { clock, resolvePath }) =>
    openSqlite({ file: resolvePath("ledger.file", file), clock, synchronous }),
};

/**
 * Opens the ledger in one SQLite file.
 * @example const ledger = openSqliteLedger({ file: "spotkeeper.db", clock: systemClock });
 */
export const openSqliteLedger = (options: SqliteLedgerOptions): Ledger => createLedger(openSqlite(options), options);
