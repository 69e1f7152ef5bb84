import type { z } from "zod";
import type { ItemTable } from "../../aws/services/dynamodb.ts";
import type { Clock, Ms } from "../../clock.ts";
import type { Entry } from "../../model/journal.ts";
import type { Key } from "../../model/key.ts";
import type { Health, Outline, Seen } from "./ledger.ts";

/** For lists. Its note is answered with the key, so that a list need not read the documents. */
export interface Tag {
  readonly name: string;
  readonly note: string | null;
}

/** On which of the two shelves a document that is over stands, and since when. */
export interface Shelf {
  readonly name: "unarchived" | "settled";
  readonly since: Ms;
}

/** A document to store. */
export interface Write {
  readonly key: Key;
  /** The version that must be stored now; 0: none. It becomes `version + 1`. */
  readonly version: number;
  /** When the document is due; null: it is in no queue. */
  readonly wakeAt: Ms | null;
  readonly tags: readonly Tag[];
  /** Null: it is not over. */
  readonly shelf: Shelf | null;
  /** Opaque, and at most 8 kB. */
  readonly body: string;
}

/** A document as it is stored. */
export interface Stored extends Omit<Write, "tags"> {
  readonly tags: readonly string[];
}

/** A part of a list. `next` is the driver's own: it gets it back as `after`, as it was. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Where documents stand in the order of an instant: `wakeAt` of those that are due, `since` of those on a shelf. */
export type Queue = "due" | Shelf["name"];

/**
 * Where a ledger keeps its state, as little as each store must do by itself: documents with versions, tags, queues, and a
 * journal. It knows no signal, no kind of document and no size: these are above it (../create-ledger.ts). Every driver
 * passes the contract suite in test/record/ledger-contract.ts.
 *
 * Each call is one attempt. It rejects with `SpotkeeperError` (SK-LEDGER-…) when the store is away; then what it was to
 * write is written whole or not at all.
 */
export interface LedgerDriver {
  /** Those that exist, in any order, each as its last commit left it. */
  load(keys: readonly Key[]): Promise<readonly Stored[]>;
  /**
   * All or none: the writes with their tags, and the entries, if every version is what the writes and `unchanged` say it
   * is; false if one is not. No key comes twice. Of two at once over one document, one at most is true.
   */
  commit(writes: readonly Write[], unchanged: readonly Seen[], entries: readonly Entry[]): Promise<boolean>;
  /** Stores `version + 1` with another `wakeAt`, and the rest as it was, its shelf too; false if the version is another. */
  touch(key: Key, version: number, wakeAt: Ms | null): Promise<boolean>;
  /** Keys of a queue up to an instant (included; null: all), earliest first. May lag behind the documents. */
  queued(queue: Queue, until: Ms | null, limit: number, after: string | null): Promise<Part<Key>>;
  /** Documents that carry the tag, in an order that does not change. May lag behind the documents. */
  tagged(tag: string, limit: number, after: string | null): Promise<Part<Outline>>;
  /** In the order of one document's commits. Two that no document orders are in the order of their `at`. */
  history(key: Key, limit: number, after: string | null): Promise<Part<Entry>>;
  /** Removes documents that still have these versions, with their tags and their journal; answers how many. */
  remove(docs: readonly Seen[]): Promise<number>;
  health(): Health;
  /** Finishes what was asked before. Asking twice is the same as once. */
  close(): Promise<void>;
}

/** What drivers may use. */
export interface LedgerDeps {
  readonly clock: Clock;
  /** The whole path of a file; throws SK-CONFIG-INVALID, naming the key, where its folder does not exist. */
  readonly placeOf: (key: string, file: string) => string;
  /** A table of DynamoDB, in a region or in that of the process. Throws SK-CONFIG-INVALID where no region is known. */
  readonly itemTable: (key: string, table: string, region: string | null) => ItemTable;
  /** Different for each process. */
  readonly owner: string;
}

/** The one shape of a driver's file: its options in the config, and what opens the store that they name. */
export interface LedgerFactory<Options extends z.ZodObject = z.ZodObject> {
  /** Begins with `driver: "<name>"`. */
  readonly options: Options;
  open(options: z.output<Options>, deps: LedgerDeps): LedgerDriver | Promise<LedgerDriver>;
}
