import type { Doc } from "../../../src/model/doc.ts";
import type { LedgerDriver } from "../../../src/record/ledger/driver.ts";
import type { Ledger, Page } from "../../../src/record/ledger/ledger.ts";

/** One empty store, and as many clients of it as a test opens. */
export interface LedgerFixture {
  open(): LedgerDriver | Promise<LedgerDriver>;
  /** Lets queues and lists that lag catch up. */
  settle(): Promise<void>;
  /** The store breaks off after so many more of its writes, as where a process is killed; null: it works again. */
  failAfter(writes: number | null): void;
  remove(): Promise<void>;
}

/** What the tests of the contract share: the store of the test that runs. */
export interface Contract {
  readonly ledger: () => Ledger;
  readonly fixture: () => LedgerFixture;
  /** Another client of the same store. */
  readonly open: () => Promise<Ledger>;
  /** Commits one document alone; answers it as it is stored. */
  readonly stored: <D extends Doc>(doc: D) => Promise<D>;
}

/** All pages of a list. */
export async function allOf<T>(list: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | undefined, page = 0; page < 20; page++) {
    const { items, next } = await list(cursor);
    all.push(...items);
    if (next === undefined) return all;
    cursor = next;
  }
  throw new Error("The list has no end");
}
