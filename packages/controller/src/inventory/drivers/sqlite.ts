import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { Clock, Ms } from "../../clock.ts";
import { filePath } from "../../fields.ts";
import { readFileIdentity } from "../../record/sqlite/file-identity.ts";
import { isFacet } from "../facets.ts";
import type { Facet, Facets, Inventory, InventoryFactory } from "../inventory.ts";
import { createMemoryInventory, type MemoryOptions } from "../memory.ts";

export interface SqliteInventoryOptions extends Pick<MemoryOptions, "capacities"> {
  /** The path of the file; its folder must exist. The file is a cache and may be deleted at any time. */
  readonly file: string;
  readonly clock: Clock;
  /** Interval at which changes are written, and changes of other processes are read. */
  readonly every: Ms;
}

/** Whether the file works. Without it the inventory works, but starts cold. */
export interface StoreHealth {
  readonly ok: boolean;
  /** The problem and what to do; empty if there is none. */
  readonly message: string;
  readonly since: Ms | null;
}

export interface SqliteInventory extends Inventory {
  health(): StoreHealth;
}

type Dirty = Map<string, readonly [facet: Facet, id: string]>;

/** Rows in one transaction: at about 70,000 rows per second it blocks the event loop for about 10 ms. */
const ROWS = 500;
/**
 * Maximum number of unwritten changes while the disk fails. Beyond it the oldest are not written; the memory still has
 * them.
 */
const MOST_WAITING = 100_000;
/** Version of the values' shape. Data of an older version is dropped, since it can be read again. */
const SCHEMA = 3;
/**
 * Identifies the file as Spotkeeper's, so that no file of another program is overwritten:
 * https://www.sqlite.org/pragma.html#pragma_application_id
 */
const APPLICATION_ID = 0x73706b69;
const SCHEMA_SQL = `
  DROP TABLE IF EXISTS inventory;
  CREATE TABLE inventory (
    facet TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, observedAt INTEGER NOT NULL, writtenAt INTEGER NOT NULL,
    PRIMARY KEY (facet, id)
  ) WITHOUT ROWID;
  CREATE INDEX written ON inventory (writtenAt);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA};`;

/**
 * Writes of the last seconds are read again, so that none is missed: clocks of processes on one machine differ by less.
 */
const OVERLAP: Ms = 10_000;

/**
 * Opens an inventory in memory with a file behind it: a restart is warm, and several workers share the observations of
 * the one that sweeps. Reads never touch the disk; changes are written in the background, and a failed write is retried
 * at the next interval. Each row has the newest observation. Never throws: without the file it starts cold, and
 * `health` returns the reason.
 */
export function openSqliteInventory(options: SqliteInventoryOptions): SqliteInventory {
  const { file, clock, every } = options;
  const dirty: Dirty = new Map();
  let db: DatabaseSync | null = null;
  let broken: { message: string; since: Ms } | null = null;
  /** Writes of other processes up to this time were read. */
  let readUpTo: Ms = 0;
  let version: unknown = null;
  let loading = false;
  let closed = false;
  let cancel = (): void => undefined;

  const memory = createMemoryInventory({
    ...(options.capacities === undefined ? {} : { capacities: options.capacities }),
    onChange(facet, id) {
      if (facet === "failure") return;
      // An entry that was just read from the file need not be written; one that was removed for lack of space must.
      if (loading && memory.get(facet, id) !== undefined) return;
      const key = `${facet}/${id}`;
      dirty.delete(key);
      dirty.set(key, [facet, id]);
      for (const oldest of dirty.keys()) {
        if (dirty.size <= MOST_WAITING) break;
        dirty.delete(oldest);
      }
    },
  });

  /**
   * Limits `observedAt` to now. A time in the future (from a clock that was corrected later) would hide newer
   * observations.
   */
  const put: Inventory["put"] = (facet, id, value, observedAt) =>
    memory.put(facet, id, value, Math.min(observedAt, clock.now()));

  /** Runs work on the file; returns false if the disk failed. Unwritten changes are kept. */
  const attempt = (work: (db: DatabaseSync) => void): boolean => {
    try {
      work((db ??= open(file)));
      broken = null;
      return true;
    } catch (error) {
      broken = { message: failureMessage(file, error), since: broken?.since ?? clock.now() };
      db?.close();
      db = null;
      version = null;
      return false;
    }
  };

  const load = (from: DatabaseSync): void => {
    const now = clock.now();
    const found = from.prepare("PRAGMA data_version").get()?.["data_version"];
    if (found === version) return;
    loading = true;
    try {
      for (const row of rows(from, readUpTo - OVERLAP)) put(row.facet, row.id, row.value, row.observedAt);
    } finally {
      loading = false;
    }
    readUpTo = now;
    version = found;
  };

  /** Writes a batch of changes in one transaction. */
  const write = (to: DatabaseSync): void => {
    const batch = [...dirty].slice(0, ROWS);
    const changes = batch.map(([, [facet, id]]) => ({ facet, id, known: memory.get(facet, id) }));
    store(to, changes, clock.now());
    for (const [key] of batch) dirty.delete(key);
  };

  const tick = (): void => {
    if (closed) return;
    const ok = attempt((file) => {
      load(file);
      if (dirty.size > 0) write(file);
    });
    // The rest after a full transaction is written soon, with other work in between.
    cancel = clock.setTimer(clock.now() + (ok && dirty.size > 0 ? 10 : every), tick);
  };

  attempt(load);
  cancel = clock.setTimer(clock.now() + every, tick);

  const flush = (): Promise<void> => {
    for (let left = Math.ceil(dirty.size / ROWS); left > 0 && attempt(write); left--);
    return Promise.resolve();
  };
  return {
    ...memory,
    put,
    health: () => ({ ok: broken === null, message: broken?.message ?? "", since: broken?.since ?? null }),
    flush,
    async close() {
      if (closed) return;
      closed = true;
      cancel();
      await flush();
      db?.close();
      db = null;
    },
  };
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 25 });
  try {
    const isNew = lacksSchema(db);
    // A cache need not survive a power cut, only a kill: https://www.sqlite.org/pragma.html#pragma_synchronous
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;");
    if (isNew) {
      db.exec("BEGIN IMMEDIATE");
      // Checked again under the lock, so that a table which another process has just made is kept.
      db.exec(lacksSchema(db) ? `${SCHEMA_SQL} COMMIT;` : "COMMIT");
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Whether the file is new or has an older schema. Throws for a file of another program. */
function lacksSchema(db: DatabaseSync): boolean {
  const { applicationId, version, used } = readFileIdentity(db);
  const isOurs = applicationId === APPLICATION_ID;
  if (!isOurs && used) throw new Error("the file belongs to another program: name another one");
  return !isOurs || version !== SCHEMA;
}

interface Row {
  readonly facet: Facet;
  readonly id: string;
  readonly value: Facets[Facet];
  readonly observedAt: Ms;
}

/** Reads rows, oldest first, so that the memory removes the oldest observations first. */
function* rows(db: DatabaseSync, since: Ms): Generator<Row> {
  const sql = "SELECT facet, id, value, observedAt FROM inventory WHERE writtenAt >= ? ORDER BY observedAt";
  for (const row of db.prepare(sql).iterate(since)) {
    const { facet, id, value, observedAt } = row;
    if (typeof facet !== "string" || !isFacet(facet)) continue;
    yield { facet, id: String(id), value: JSON.parse(String(value)) as Facets[Facet], observedAt: Number(observedAt) };
  }
}

interface Change {
  readonly facet: Facet;
  readonly id: string;
  /** Undefined: forgotten. */
  readonly known: { readonly value: unknown; readonly observedAt: Ms } | undefined;
}

function store(db: DatabaseSync, changes: readonly Change[], now: Ms): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    const put = db.prepare(
      "INSERT INTO inventory (facet, id, value, observedAt, writtenAt) VALUES (?, ?, ?, ?, ?) ON CONFLICT (facet, id) " +
        "DO UPDATE SET value = excluded.value, observedAt = excluded.observedAt, writtenAt = excluded.writtenAt " +
        "WHERE excluded.observedAt >= observedAt",
    );
    const forget = db.prepare("DELETE FROM inventory WHERE facet = ? AND id = ?");
    for (const { facet, id, known } of changes) {
      if (known === undefined) forget.run(facet, id);
      else put.run(facet, id, JSON.stringify(known.value), known.observedAt, now);
    }
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

const failureMessage = (file: string, error: unknown): string =>
  `The inventory is not kept in ${file} (${error instanceof Error ? error.message : String(error)}): the next start ` +
  "will be cold. Free space on the disk, or set the rights of the file and its folder; if the file is damaged, delete it.";

const options = z.strictObject({
  driver: z.literal("sqlite").default("sqlite"),
  file: filePath().default("spotkeeper-inventory.db"),
});

/** Interval of writing the inventory to disk. */
const EVERY: Ms = 5_000;

export const sqliteInventory: InventoryFactory<typeof options> = {
  options,
  open: ({ file }, { clock, resolvePath }) =>
    openSqliteInventory({ file: resolvePath("inventory.file", file), clock, every: EVERY }),
};
