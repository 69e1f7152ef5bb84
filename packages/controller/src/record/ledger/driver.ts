import type { z } from "zod";
import type { Ms } from "../../clock.ts";
import type { DriverFactory } from "../../drivers.ts";
import type { StoreDeps } from "../../store-deps.ts";
import type { Entry } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";
import type { Health, Outline, Seen } from "./ledger.ts";

/** A tag for lists. Its note is returned with the key, so that a list need not load the documents. */
export interface Tag {
  readonly name: string;
  readonly note: string | null;
}

/** The shelf of a document that is over (not archived yet, or settled), and the time since when it is over. */
export interface Shelf {
  readonly name: "unarchived" | "settled";
  readonly since: Ms;
}

/** A document to store. */
export interface Write {
  readonly key: Key;
  /** The version that must be stored before the write; 0 means none. The write stores `version + 1`. */
  readonly version: number;
  /** When the document is due; null if it is in no queue. */
  readonly wakeAt: Ms | null;
  readonly tags: readonly Tag[];
  /** Null if it is not over. */
  readonly shelf: Shelf | null;
  /** Opaque text of at most 8 kB. */
  readonly body: string;
}

/** A document as it is stored. */
export interface Stored extends Omit<Write, "tags"> {
  readonly tags: readonly string[];
}

/** A part of a list. `next` is opaque to callers, who return it unchanged as `after`. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** An index of documents by time: `due` by `wakeAt`, the shelves by `since`. */
export type Queue = "due" | Shelf["name"];

/**
 * The store of a ledger, reduced to what each store must do itself: documents with versions, tags, queues, and a
 * journal. Signals, kinds of documents and sizes are handled above it (../create-ledger.ts). Every driver passes the
 * contract suite in test/record/ledger-contract.ts.
 *
 * Each call is one attempt. It rejects with `SpotkeeperError` (SK-LEDGER-…) if the store is unavailable; a write is
 * stored completely or not at all.
 */
export interface LedgerDriver {
  /** Loads the documents that exist, in any order, strongly consistent. */
  load(keys: readonly Key[]): Promise<readonly Stored[]>;
  /**
   * Stores all writes with their tags and all entries, if all versions are those in `writes` and `unchanged`; else
   * stores nothing and returns false. No key occurs twice. Of two concurrent commits of one document at most one
   * returns true.
   */
  commit(writes: readonly Write[], unchanged: readonly Seen[], entries: readonly Entry[]): Promise<boolean>;
  /**
   * Stores `version + 1` with another `wakeAt` and all else unchanged, the shelf too; returns false if the stored
   * version differs.
   */
  touch(key: Key, version: number, wakeAt: Ms | null): Promise<boolean>;
  /** Returns keys of a queue up to a time (inclusive; null means all), earliest first. May be stale. */
  queued(queue: Queue, until: Ms | null, limit: number, after: string | null): Promise<Part<Key>>;
  /** Returns documents that have the tag, in a stable order. May be stale. */
  tagged(tag: string, limit: number, after: string | null): Promise<Part<Outline>>;
  /**
   * Returns the journal of a key in the order of its document's commits; entries without a document are in the order of
   * `at`.
   */
  history(key: Key, limit: number, after: string | null): Promise<Part<Entry>>;
  /** Removes documents that still have these versions, with their tags and journals; returns how many were removed. */
  remove(docs: readonly Seen[]): Promise<number>;
  health(): Health;
  /** Waits for calls in progress, then closes. Idempotent. */
  close(): Promise<void>;
}

/** The shape of a driver's file: the schema of its options in the config, and a function that opens the store. */
export type LedgerFactory<Options extends z.ZodObject = z.ZodObject> = DriverFactory<LedgerDriver, StoreDeps, Options>;
