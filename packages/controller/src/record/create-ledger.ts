import type { Doc, Kind } from "../model/doc.ts";
import { createAccept } from "./accept.ts";
import { afterOf, pageOf } from "./cursor.ts";
import { checkWakeAt, decode, encodeAll, kindOf, type NoteOf } from "./encode.ts";
import type { LedgerDriver } from "./ledger/driver.ts";
import type { Ledger } from "./ledger/ledger.ts";

export interface LedgerOptions {
  /** The note of a document, which lists return without loading it; by default none. */
  readonly noteOf?: NoteOf;
  /** Maximum size of a document's body in bytes; 8 kB by default. */
  readonly largestBody?: number;
}

const LIST_PAGE = 100;
const HISTORY_PAGE = 200;
/** Batch size for journal entries without a document. */
const NOTES_A_COMMIT = 50;

/**
 * Creates the ledger over a driver. Everything that is the same for all stores is here and in the files that it uses:
 * correlation and ordinals, encoding, validation, which documents are over, pages and cursors.
 *
 *     flow, alerts, show ─▶ Ledger (here) ─▶ LedgerDriver: SQLite, DynamoDB, memory
 */
export function createLedger(driver: LedgerDriver, options: LedgerOptions = {}): Ledger {
  const { noteOf = () => null, largestBody } = options;

  const ledger: Ledger = {
    accept: createAccept({ driver, noteOf, largestBody }),

    async load<K extends Kind>(key: string, kind: K): Promise<Doc<K> | null> {
      if (kindOf(key) !== kind) return null;
      const [stored] = await driver.load([key]);
      return stored === undefined ? null : (decode(stored) as Doc<K>);
    },

    async commit(writes, journal, unchanged = []) {
      const encoded = encodeAll(writes, unchanged, noteOf, largestBody);
      if (encoded.length === 0 && unchanged.length === 0) {
        for (let from = 0; from < journal.length; from += NOTES_A_COMMIT)
          await driver.commit([], [], journal.slice(from, from + NOTES_A_COMMIT));
        return [];
      }
      const stored = await driver.commit(encoded, unchanged, journal);
      return stored ? writes.map((doc) => ({ ...doc, version: doc.version + 1 })) : "conflict";
    },

    async touch(key, version, wakeAt) {
      checkWakeAt(key, wakeAt);
      return (await driver.touch(key, version, wakeAt)) ? version + 1 : "conflict";
    },

    async due(now, limit, cursor) {
      return pageOf("due", await driver.queued("due", now, limit, afterOf("due", cursor)));
    },

    async list(tag, cursor) {
      const { items, ...rest } = await ledger.outline(tag, cursor);
      const docs = new Map((await driver.load(items.map(({ key }) => key))).map((one) => [one.key, decode(one)]));
      return { items: items.flatMap(({ key }) => docs.get(key) ?? []), ...rest };
    },

    async outline(tag, cursor) {
      const list = `tag ${tag}`;
      return pageOf(list, await driver.tagged(tag, LIST_PAGE, afterOf(list, cursor)));
    },

    async history(key, cursor) {
      const list = `history ${key}`;
      return pageOf(list, await driver.history(key, HISTORY_PAGE, afterOf(list, cursor)));
    },

    async unarchived(cursor) {
      return pageOf("unarchived", await driver.queued("unarchived", null, LIST_PAGE, afterOf("unarchived", cursor)));
    },

    async purge(settledBefore) {
      let purged = 0;
      let after: string | null = null;
      // Page by page, so that handling continues in between. Each document is checked, since a queue may be stale.
      do {
        const part = await driver.queued("settled", settledBefore - 1, LIST_PAGE, after);
        const over = (await driver.load(part.items)).filter(
          ({ shelf, wakeAt }) => shelf?.name === "settled" && shelf.since < settledBefore && wakeAt === null,
        );
        if (over.length > 0) purged += await driver.remove(over);
        after = part.next;
      } while (after !== null);
      return purged;
    },

    health: () => driver.health(),
    close: () => driver.close(),
  };
  return ledger;
}
