import type { Ms } from "../../clock.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Signal } from "../../model/signal.ts";
import type { Doc, Kind } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";

export interface Accepted {
  readonly doc: Doc<"incident">;
  /** False for a duplicate of a signal that the incident had already. */
  readonly fresh: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass it back for the next page; absent on the last. */
  readonly next?: string;
}

/** Whether a store takes writes, for readiness. `code` and `message` are those of the last failure, null while `ok`. */
export interface Health {
  readonly ok: boolean;
  readonly code: ErrorCode | null;
  readonly message: string | null;
  /** When it became so. */
  readonly since: Ms;
  /** What was stored is not there any more: the file was removed or replaced while it was open. Stays until a restart. */
  readonly lost?: { readonly code: ErrorCode; readonly message: string };
}

/**
 * Strongly consistent state. Every driver passes the contract suite in test/record/ledger-contract.ts.
 * Rejects with `SpotkeeperError` (SK-LEDGER-…) when the store is away; never answers "nothing" instead.
 */
export interface Ledger {
  /**
   * Durable when it resolves: the message may be deleted. Correlates (see correlate/correlate.ts) and writes in one
   * atomic step, so that any number of replicas agree. Null: the signal concerns no incident (correlate said so).
   */
  accept(signal: Signal, now: Ms): Promise<Accepted | null>;
  load<K extends Kind>(key: Key, kind: K): Promise<Doc<K> | null>;
  /**
   * All or none: stores each write if its stored version is still `doc.version`, and only if every document of
   * `unchanged` is too (version 0: still absent). Answers what is stored now, or "conflict".
   */
  commit(
    writes: readonly Doc[],
    journal: readonly Entry[],
    unchanged?: readonly { readonly key: Key; readonly version: number }[],
  ): Promise<readonly Doc[] | "conflict">;
  /**
   * Documents whose `wakeAt` has come and that nobody leases, earliest first; leased to `owner` for `lease` ms. A commit
   * that moves `wakeAt` ends the lease; one that leaves it (intents) keeps it.
   */
  due(now: Ms, limit: number, owner: string, lease: Ms): Promise<readonly Doc[]>;
  /** By tag; may lag. Newest key first is not promised. */
  list(tag: string, cursor?: string): Promise<Page<Doc>>;
  history(key: Key, cursor?: string): Promise<Page<Entry>>;
  /** Keys of closed incidents whose newest version the archive lacks (see archived.ts), for the archiver. May lag. */
  unarchived(cursor?: string): Promise<Page<Key>>;
  /** Removes settled incidents (and their journal) that are archived and closed before, and silences that ended before; answers how many. */
  purge(settledBefore: Ms): Promise<number>;
  health(): Health;
  close(): Promise<void>;
}
