import { type Stats, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { type Area, StoreFailure } from "./failure.ts";
import { readFileIdentity } from "./file-identity.ts";
import { APPLICATION_ID, migrations } from "./schema.ts";
import { createSql, type Sql } from "./sql.ts";

export interface ConnectionOptions {
  readonly area: Area;
  /** A path, or `:memory:`. Its folder must exist. */
  readonly file: string;
  /** FULL survives a power cut, NORMAL a kill of the process; see https://www.sqlite.org/pragma.html#pragma_synchronous */
  readonly synchronous: "FULL" | "NORMAL";
  /** Maximum size of the file in bytes; null means the disk is the limit. */
  readonly maxBytes: number | null;
}

/** One open file. */
export interface Connection {
  readonly sql: Sql;
  inTransaction(): boolean;
  /** Whether the file at the path is no longer the open file: writes to it would be lost. */
  moved(): boolean;
  close(): void;
}

/** How long SQLite itself waits for a lock. Short, because it blocks the event loop; store.ts retries after it. */
const BLOCKING_WAIT_MS = 25;
const PAGE_BYTES = 4096;
/** Bounds the -wal file that a burst leaves behind. */
const WAL_BYTES = 64 * 1024 * 1024;

/** Opens the file, creates it if necessary, and migrates its schema. Throws SQLite's errors and `StoreFailure`. */
export function connect(options: ConnectionOptions): Connection {
  const { file, synchronous, maxBytes } = options;
  const db = new DatabaseSync(file, { timeout: BLOCKING_WAIT_MS });
  try {
    const version = usable(db, options);
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA journal_size_limit = ${WAL_BYTES}`);
    if (version < migrations.length) migrate(db, options);
    if (maxBytes !== null) db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_BYTES))}`);
  } catch (error) {
    db.close();
    throw error;
  }
  const opened = identity(file);
  return {
    sql: createSql(db),
    inTransaction: () => db.isTransaction,
    moved: () => identity(file) !== opened,
    close: () => db.close(),
  };
}

function identity(file: string): string | null {
  if (file === ":memory:") return null;
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? "missing" : `${stats.dev}:${stats.ino}`;
}

/** Returns the file's schema version; 0 for a new file. Throws for a file that this version must not change. */
function usable(db: DatabaseSync, { area, file }: ConnectionOptions): number {
  const newest = migrations.length;
  const { applicationId, version, used } = readFileIdentity(db);
  if (applicationId !== APPLICATION_ID && used) {
    throw new StoreFailure(
      area,
      "foreign",
      `The file ${file} belongs to another program: it has tables, and none of Spotkeeper's marks. Name another file for the ${area}.`,
    );
  }
  if (version > newest) {
    throw new StoreFailure(
      area,
      "newer",
      `The ${area} file ${file} has schema version ${version}; this Spotkeeper knows versions up to ${newest}. ` +
        `Use the Spotkeeper that wrote it, or a newer one, or name another file.`,
    );
  }
  return version;
}

function migrate(db: DatabaseSync, options: ConnectionOptions): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    // Read again under the lock: another process (even of another version) may have migrated the file.
    for (const step of migrations.slice(usable(db, options))) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
