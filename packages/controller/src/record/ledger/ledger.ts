import type { Ms } from "../../clock.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Signal } from "../../model/signal.ts";
import type { Doc, Kind } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";
import type { Params } from "../../model/plain.ts";

export interface Accepted {
  readonly doc: Doc<"incident">;
  /** False for a duplicate of a signal that the incident already has. */
  readonly fresh: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass it back for the next page; absent on the last. */
  readonly next?: string;
}

/** A document's key and version; version 0: not stored. */
export interface Seen {
  readonly key: Key;
  readonly version: number;
}

/** One item of a list, without the document's body. */
export interface Outline {
  readonly key: Key;
  /**
   * The note of the newest version (`noteOf`); null if it has none, or if an earlier Spotkeeper wrote the document.
   */
  readonly note: string | null;
}

/**
 * Whether a store accepts writes, for the readiness check. `code` and `message` are those of the last failure, null
 * while `ok`.
 */
export interface Health {
  readonly ok: boolean;
  readonly code: ErrorCode | null;
  readonly message: string | null;
  /** When `ok` or `code` last changed. */
  readonly since: Ms;
  /** Set if stored data was lost: the file was removed or replaced while it was open. Stays until a restart. */
  readonly lost?: { readonly code: ErrorCode; readonly message: string };
}

/**
 * The durable state of open work. Implemented once, over any driver (create-ledger.ts). Documents are strongly
 * consistent; lists and queues may be stale. Rejects with `SpotkeeperError` (SK-LEDGER-…) if the store is unavailable;
 * never returns an empty result instead.
 */
export interface Ledger {
  /**
   * Correlates a signal (correlate/correlate.ts) and commits the result, so that any number of replicas agree. Once it
   * resolves, the signal is stored and its message may be deleted. Returns null if the signal concerns no incident.
   *
   * @param hints initial hints of an incident that the signal opens; ignored if it joins one
   */
  accept(signal: Signal, now: Ms, hints?: Params): Promise<Accepted | null>;
  load<K extends Kind>(key: Key, kind: K): Promise<Doc<K> | null>;
  /**
   * Stores all writes and entries, if the stored versions of all documents in `writes` and `unchanged` are still the
   * same; else stores nothing. A document is in one of the two lists, once. Returns the stored documents, or
   * "conflict".
   */
  commit(
    writes: readonly Doc[],
    journal: readonly Entry[],
    unchanged?: readonly Seen[],
  ): Promise<readonly Doc[] | "conflict">;
  /**
   * Changes only `wakeAt` of a document whose stored version is still `version`. This stores version + 1, so that
   * concurrent writers get a conflict, as after a commit. Returns the stored version, or "conflict".
   */
  touch(key: Key, version: number, wakeAt: Ms | null): Promise<number | "conflict">;
  /**
   * Returns keys of documents whose `wakeAt` has passed, earliest first. May be stale: some may not be due any more.
   */
  due(now: Ms, limit: number, cursor?: string): Promise<Page<Key>>;
  /** Returns documents with a tag, in no particular order. May be stale. */
  list(tag: string, cursor?: string): Promise<Page<Doc>>;
  /** Returns the same list without loading the documents. */
  outline(tag: string, cursor?: string): Promise<Page<Outline>>;
  /** Returns a document's journal in the order of its commits. */
  history(key: Key, cursor?: string): Promise<Page<Entry>>;
  /** Returns keys of closed incidents whose newest version is not archived (archived.ts). May be stale. */
  unarchived(cursor?: string): Promise<Page<Key>>;
  /**
   * Removes archived incidents that were closed before the given time, with their journals, and silences and evidence
   * that were over before. Returns how many. May miss some, which the next purge removes.
   */
  purge(settledBefore: Ms): Promise<number>;
  health(): Health;
  close(): Promise<void>;
}
