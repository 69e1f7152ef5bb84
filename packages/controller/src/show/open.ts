import type { Clock, Ms } from "../clock.ts";
import { OPEN } from "../correlate/open.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/** What only the ledger has: incidents that are open, and closed ones on their way to the archive. */
export type Live = ReadonlyMap<Key, Doc<"incident">>;

export interface LiveList {
  /** At most some seconds old. Rejects when the ledger is away. */
  read(): Promise<Live>;
}

const FRESH_FOR: Ms = 500;
/** A storm's thousands of documents take a while to read: at most a tenth of the time goes into it. */
const SHARE = 10;
/** Pages of keys of closed incidents; more only wait while the archive is away. */
const CLOSED_PAGES = 20;
/** Of 100 documents: a storm of 15,000 has room several times over. */
const OPEN_PAGES = 1_000;

/** Reads the ledger once for all who ask together or soon after each other. */
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
