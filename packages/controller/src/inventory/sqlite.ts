import { DatabaseSync } from "node:sqlite";
import type { Clock, Ms } from "../clock.ts";
import { readMark } from "../record/sqlite/mark.ts";
import { isFacet } from "./facets.ts";
import type { Facet, Facets, Inventory } from "./inventory.ts";
import { createMemoryInventory, type MemoryOptions } from "./memory.ts";

export interface SqliteInventoryOptions extends Pick<MemoryOptions, "capacities"> {
  /** Its folder must exist. The file is a cache: it may be deleted at any time. */
  readonly file: string;
  readonly clock: Clock;
  /** How often changes are written, and those that other processes wrote are read. */
  readonly every: Ms;
}

/** Whether a restart will be warm. The inventory itself works all the same. */
export interface StoreHealth {
  readonly ok: boolean;
  /** What is wrong and what to do; empty if all is well. */
  readonly message: string;
  readonly since: Ms | null;
}

export interface SqliteInventory extends Inventory {
  health(): StoreHealth;
}

type Dirty = Map<string, readonly [facet: Facet, id: string]>;

/** Rows of one transaction: at some 70,000 rows a second it holds the event loop up for about 10 ms. */
const ROWS = 500;
/** Changes that wait while the disk fails. Beyond it the oldest are dropped: the memory still has them. */
const MOST_WAITING = 100_000;
/** Another shape of the values: what is stored under an older one is dropped, since it can be asked again. */
const SCHEMA = 3;
/** Marks the file as ours, so that no other program's is overwritten: https://www.sqlite.org/pragma.html#pragma_application_id */
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

/** Clocks of processes on one machine differ by less, and a write is read again rather than missed. */
const OVERLAP: Ms = 10_000;

/**
 * An inventory in memory, kept in a file so that a restart is warm, and so that several workers learn from the one that
 * sweeps. Reads never touch the disk; changes are written behind, and a disk that fails is tried again next time. Each
 * row keeps the newest observation. Never throws: without the file it starts cold, and `health` says why.
 */
export function openSqliteInventory(options: SqliteInventoryOptions): SqliteInventory {
  const { file, clock, every } = options;
  const dirty: Dirty = new Map();
  let db: DatabaseSync | null = null;
  let broken: { message: string; since: Ms } | null = null;
  /** What other processes wrote up to here is known. */
  let readUpTo: Ms = 0;
  let version: unknown = null;
  let loading = false;
  let closed = false;
  let cancel = (): void => undefined;

  const memory = createMemoryInventory({
    ...(options.capacities === undefined ? {} : { capacities: options.capacities }),
    onChange(facet, id) {
      if (facet === "failure") return;
      // What was just read is no news to the file; what found no room is.
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

  /** Nothing is observed in the future, but by a clock that is corrected since: it would hide what is observed until then. */
  const put: Inventory["put"] = (facet, id, value, observedAt) =>
    memory.put(facet, id, value, Math.min(observedAt, clock.now()));

  /** False: the disk failed; nothing of what waits was lost. */
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

  /** One transaction. */
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
    // What is left over a full transaction goes soon, and lets others work in between.
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
      // Asked again under the lock: what another process has made and filled since is kept.
      db.exec(lacksSchema(db) ? `${SCHEMA_SQL} COMMIT;` : "COMMIT");
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** New, or of an older shape. Throws for another program's file. */
function lacksSchema(db: DatabaseSync): boolean {
  const { applicationId, version, used } = readMark(db);
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

/** The oldest first, so that the memory's order of forgetting is that of the observations. */
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
