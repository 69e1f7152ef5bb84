import type { Ms } from "../../clock.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Signal } from "../../model/signal.ts";
import type { Doc, Kind } from "../../model/doc.ts";
import type { Entry } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";
import type { Params } from "../../model/plain.ts";

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

/** A version of a document; 0: it is not stored. */
export interface Seen {
  readonly key: Key;
  readonly version: number;
}

/** A document of a list without its body. */
export interface Outline {
  readonly key: Key;
  /** What `noteOf` said of the newest version; null where an earlier Spotkeeper wrote it last, or none is kept. */
  readonly note: string | null;
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
 * What is known and done, as the rest of the program asks for it: made once, over any driver (create-ledger.ts). Documents
 * are strongly consistent; lists and queues may lag.
 * Rejects with `SpotkeeperError` (SK-LEDGER-…) when the store is away; never answers "nothing" instead.
 */
export interface Ledger {
  /**
   * Durable when it resolves: the message may be deleted. Correlates (see correlate/correlate.ts) and commits, so that any
   * number of replicas agree. Null: the signal concerns no incident (correlate said so).
   *
   * @param hints what an incident that it opens is to know from the beginning; another takes none of it
   */
  accept(signal: Signal, now: Ms, hints?: Params): Promise<Accepted | null>;
  load<K extends Kind>(key: Key, kind: K): Promise<Doc<K> | null>;
  /**
   * All or none: stores each write if its stored version is still `doc.version`, and only if every document of
   * `unchanged` is too. A document is in `writes` or in `unchanged`, and once. Answers what is stored now, or "conflict".
   */
  commit(
    writes: readonly Doc[],
    journal: readonly Entry[],
    unchanged?: readonly Seen[],
  ): Promise<readonly Doc[] | "conflict">;
  /**
   * Moves `wakeAt` of a document whose stored version is still `version`, and nothing else of it. It is version + 1 then:
   * who has read the one before has a conflict, as after a commit. Answers the version that is stored now, or "conflict".
   */
  touch(key: Key, version: number, wakeAt: Ms | null): Promise<number | "conflict">;
  /** Keys of documents whose `wakeAt` has come, earliest first. May lag: one that has moved on may still be among them. */
  due(now: Ms, limit: number, cursor?: string): Promise<Page<Key>>;
  /** By tag; may lag. Newest key first is not promised. */
  list(tag: string, cursor?: string): Promise<Page<Doc>>;
  /** The same list, without reading the documents. */
  outline(tag: string, cursor?: string): Promise<Page<Outline>>;
  /** In the order of one document's commits. */
  history(key: Key, cursor?: string): Promise<Page<Entry>>;
  /** Keys of closed incidents whose newest version the archive lacks (see archived.ts), for the archiver. May lag. */
  unarchived(cursor?: string): Promise<Page<Key>>;
  /**
   * Removes settled incidents (and their journal) that are archived and closed before, and what else was over before
   * (silences, evidence); answers how many. May lag: what it misses is for the next purge.
   */
  purge(settledBefore: Ms): Promise<number>;
  health(): Health;
  close(): Promise<void>;
}
