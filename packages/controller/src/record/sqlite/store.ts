import type { Clock, Ms } from "../../clock.ts";
import type { Health } from "../ledger/ledger.ts";
import { type Connection, connect, type ConnectionOptions } from "./connection.ts";
import { replacedFailure, StoreFailure, toStoreFailure } from "./failure.ts";
import { createKeepAlive } from "./keep-alive.ts";
import { createHealth } from "../health.ts";
import type { Sql } from "./sql.ts";

export interface StoreOptions extends ConnectionOptions {
  readonly clock: Clock;
  /** How long a write waits for another process's lock before it fails. */
  readonly lockWait: Ms;
}

/** A SQLite file for concurrent callers. Work runs in the order of calls; a promise settles after the commit. */
export interface Store {
  readonly read: <T>(work: (sql: Sql) => T) => Promise<T>;
  /**
   * Runs `work` in a transaction. It may run again after a failure of the file, so it must do nothing but SQL. If it
   * throws, only its own changes are rolled back.
   */
  readonly write: <T>(work: (sql: Sql) => T) => Promise<T>;
  readonly health: () => Health;
  /** Waits for calls in progress, then closes. Idempotent. */
  readonly close: () => Promise<void>;
}

interface Job {
  readonly writes: boolean;
  readonly at: Ms;
  readonly work: (sql: Sql) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls in one transaction, so that it blocks the event loop for about 10 ms at most. */
const LARGEST_BATCH = 200;
const LOCK_RETRY: { readonly first: Ms; readonly last: Ms } = { first: 5, last: 100 };
const PROBE_EVERY: Ms = 1_000;
/** Large enough that a full file rejects it. */
const PROBE_BYTES = 32 * 1024;

/**
 * Opens a store with group commit: one fsync for all calls of one tick of the event loop, which makes a storm cheap.
 * Throws only for a file that this version must not change (newer, foreign); any other failure is reported by
 * `health()`, and each call rejects with `StoreFailure` until the cause is gone, which is checked at each call and once
 * a second.
 */
export function openStore(options: StoreOptions): Store {
  const { area, file, clock, lockWait } = options;
  const health = createHealth(clock);
  const unsettled = new Set<Promise<unknown>>();
  const alive = createKeepAlive();
  let queue: Job[] = [];
  let connection: Connection | null = null;
  let scheduled = false;
  let lockPause: Ms = LOCK_RETRY.first;
  let cancelProbe: (() => void) | null = null;
  let full = false;
  let closing: Promise<void> | null = null;

  function connected(): Connection {
    if (connection?.moved() === true) {
      health.lost(replacedFailure(area, file));
      disconnect();
    }
    connection ??= connect(options);
    return connection;
  }

  function disconnect(): void {
    const old = connection;
    connection = null;
    try {
      old?.close();
    } catch {
      // Ignored: a failed file is opened again in any case.
    }
  }

  function ask<T>(writes: boolean, work: (sql: Sql) => T): Promise<T> {
    if (closing !== null) return Promise.reject(closedFailure());
    const promise = new Promise<unknown>((resolve, reject) => {
      queue.push({ writes, at: clock.now(), work, resolve, reject });
    });
    unsettled.add(promise);
    const settled = (): void => void unsettled.delete(promise);
    promise.then(settled, settled);
    schedule();
    return promise as Promise<T>;
  }

  function closedFailure(): StoreFailure {
    return new StoreFailure(area, "closed", `The ${area} ${file} is closed; nothing more can be asked of it.`);
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    const batch = queue.slice(0, LARGEST_BATCH);
    queue = queue.slice(LARGEST_BATCH);
    if (batch.length === 0) return;
    const retry = batch.some((each) => each.writes) ? writeBatch(batch) : readEach(batch);
    if (retry.length === 0) {
      alive.release();
      lockPause = LOCK_RETRY.first;
      if (queue.length > 0) schedule();
      return;
    }
    queue = [...retry, ...queue];
    scheduled = true; // by the timer, which alone would not keep the process running
    alive.hold();
    clock.setTimer(clock.now() + lockPause, flush);
    lockPause = Math.min(LOCK_RETRY.last, lockPause * 2);
  }

  /** Runs a batch in one transaction; returns the calls to retry because another process holds the lock. */
  function writeBatch(batch: readonly Job[]): readonly Job[] {
    const settle: (() => void)[] = [];
    try {
      const { sql, inTransaction } = connected();
      sql.run("BEGIN IMMEDIATE");
      for (const each of batch) settle.push(attempt(sql, each, batch.length === 1));
      if (inTransaction()) sql.run("COMMIT");
    } catch (error) {
      rollBack();
      const reads = readEach(batch.filter((each) => !each.writes));
      return [
        ...reads,
        ...failed(
          error,
          batch.filter((each) => each.writes),
        ),
      ];
    }
    // A full file accepts small changes at times, so only the probe shows that there is space again.
    if (!full) health.up();
    for (const each of settle) each();
    return [];
  }

  /**
   * Runs one call inside the transaction. Throws on a failure of the file; on any other error rolls back only this
   * call.
   *
   * @param alone the call is alone in the transaction, which is then rolled back as a whole
   */
  function attempt(sql: Sql, { writes, work, resolve, reject }: Job, alone: boolean): () => void {
    const among = writes && !alone;
    if (among) sql.run("SAVEPOINT ask");
    try {
      const value = work(sql);
      if (among) sql.run("RELEASE ask");
      return () => resolve(value);
    } catch (error) {
      if (toStoreFailure(area, file, error) !== null) throw error;
      if (among) {
        sql.run("ROLLBACK TO ask");
        sql.run("RELEASE ask");
      } else if (writes) sql.run("ROLLBACK");
      return () => reject(error);
    }
  }

  /** Runs reads without a transaction, so that they work while another process holds the lock or the disk is full. */
  function readEach(batch: readonly Job[]): readonly Job[] {
    const retry: Job[] = [];
    for (const each of batch) {
      try {
        each.resolve(each.work(connected().sql));
      } catch (error) {
        retry.push(...failed(error, [each]));
      }
    }
    return retry;
  }

  function failed(error: unknown, asks: readonly Job[]): readonly Job[] {
    const failure = toStoreFailure(area, file, error);
    if (failure === null) {
      for (const each of asks) each.reject(error);
      return [];
    }
    const now = clock.now();
    const patient = failure.trouble === "locked" ? asks.filter((each) => now - each.at < lockWait) : [];
    const refused = asks.filter((each) => !patient.includes(each));
    if (refused.length > 0) {
      down(failure);
      for (const each of refused) each.reject(failure);
    }
    return patient;
  }

  function down(failure: StoreFailure): void {
    health.down(failure);
    full ||= failure.trouble === "full";
    // After a full file or a lock the connection can be used again; after other failures it is opened again.
    if (failure.trouble !== "full" && failure.trouble !== "locked") disconnect();
    if (closing === null) cancelProbe ??= clock.setTimer(clock.now() + PROBE_EVERY, probe);
  }

  /** Checks whether the cause of a failure is gone, also without calls. The space that it writes is freed at once. */
  function probe(): void {
    cancelProbe = null;
    if (closing === null && !health.get().ok) tryWrite();
  }

  function tryWrite(): void {
    ask(true, (sql) => {
      sql.run("INSERT INTO probe (filler) VALUES (zeroblob(?))", PROBE_BYTES);
      sql.run("DELETE FROM probe");
    }).then(hasRoom, () => undefined); // health() reports the failure, and the next probe is scheduled
  }

  function hasRoom(): void {
    full = false;
    health.up();
  }

  function rollBack(): void {
    try {
      if (connection?.inTransaction() === true) connection.sql.run("ROLLBACK");
    } catch {
      disconnect(); // this rolls back, too
    }
  }

  try {
    connected();
  } catch (error) {
    const failure = toStoreFailure(area, file, error);
    if (failure === null || failure.trouble === "newer" || failure.trouble === "foreign") throw error;
    // If another process is creating or opening the file, wait for its lock.
    if (failure.trouble === "locked") tryWrite();
    else down(failure);
  }

  return {
    read: (work) => ask(false, work),
    write: (work) => ask(true, work),
    health: health.get,
    close() {
      closing ??= Promise.allSettled(unsettled).then(() => {
        cancelProbe?.();
        alive.release();
        disconnect();
      });
      return closing;
    },
  };
}
