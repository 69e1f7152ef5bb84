import { isDeepStrictEqual } from "node:util";
import type { Doc } from "../../model/doc.ts";
import type { Key } from "../../model/key.ts";
import type { Seen } from "../../record/ledger/ledger.ts";
import type { Also } from "../responder.ts";

/** The other documents that the steps of one commit write, and those that must be unchanged. */
export interface OtherDocs {
  readonly writes: ReadonlyMap<Key, Doc>;
  readonly unchanged: ReadonlyMap<Key, Seen>;
}

export const NO_OTHER_DOCS: OtherDocs = { writes: new Map(), unchanged: new Map() };

/**
 * Merges the other documents of one more step with those of the steps before. Returns null if they conflict: then the
 * step runs again after their writes. Equal writes are merged; a document that one step writes need not be checked as
 * unchanged for the same step, since its write checks the version.
 */
export function mergeOtherDocs(before: OtherDocs, { writes, unchanged = [] }: Also): OtherDocs | null {
  const own = new Set(writes.map(({ key }) => key));
  const relied = unchanged.filter(({ key }) => !own.has(key));
  for (const doc of writes) {
    const other = before.writes.get(doc.key);
    if (other === undefined ? before.unchanged.has(doc.key) : !isDeepStrictEqual(other, doc)) return null;
  }
  for (const { key, version } of relied) {
    if (before.writes.has(key) || (before.unchanged.get(key)?.version ?? version) !== version) return null;
  }
  return {
    writes: new Map([...before.writes, ...writes.map((doc) => [doc.key, doc] as const)]),
    unchanged: new Map([...before.unchanged, ...relied.map((seen) => [seen.key, seen] as const)]),
  };
}
