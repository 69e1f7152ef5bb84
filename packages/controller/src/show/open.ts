import type { Clock, Ms } from "../clock.ts";
import { OPEN } from "../correlate/open.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/** Incidents that only the ledger has: open ones, and closed ones that are not archived yet. */
export type Live = ReadonlyMap<Key, Doc<"incident">>;

export interface LiveList {
  /** Returns the incidents, at most some seconds old. Rejects if the ledger is unavailable. */
  read(): Promise<Live>;
}

const FRESH_FOR: Ms = 500;
/** The cache time is this factor of the reading time, so that at most a tenth of the time is used for reading. */
const SHARE = 10;
/** Maximum number of pages of closed incidents; there are more only while the archive is unavailable. */
const CLOSED_PAGES = 20;
/** Maximum number of pages of 100 documents: far more than a storm of 15,000. */
const OPEN_PAGES = 1_000;

/** Creates a cached list: calls at the same time, or soon after each other, share one read. */
export function createLiveList(ledger: Pick<Ledger, "list" | "load" | "unarchived">, clock: Clock): LiveList {
  let kept: { readonly live: Live; readonly until: Ms } | null = null;
  let reading: Promise<Live> | null = null;

  async function read(): Promise<Live> {
    const began = clock.now();
    const live = new Map<Key, Doc<"incident">>();
    let cursor: string | undefined;
    for (let page = 0; page < OPEN_PAGES; page++) {
      const { items, next } = await ledger.list(OPEN, cursor);
      for (const doc of items) if (doc.kind === "incident") live.set(doc.key, doc);
      cursor = next;
      if (cursor === undefined) break;
    }
    cursor = undefined;
    for (let page = 0; page < CLOSED_PAGES; page++) {
      const { items, next }: { readonly items: readonly Key[]; readonly next?: string } =
        await ledger.unarchived(cursor);
      const docs = await Promise.all(items.map((key) => ledger.load(key, "incident")));
      for (const doc of docs) if (doc !== null) live.set(doc.key, doc);
      cursor = next;
      if (cursor === undefined) break;
    }
    const ended = clock.now();
    kept = { live, until: ended + Math.max(FRESH_FOR, (ended - began) * SHARE) };
    return live;
  }

  return {
    read() {
      if (kept !== null && clock.now() < kept.until) return Promise.resolve(kept.live);
      reading ??= read().finally(() => (reading = null));
      return reading;
    },
  };
}
