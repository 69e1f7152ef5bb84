import { isDeepStrictEqual } from "node:util";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Seen } from "../record/ledger/ledger.ts";
import type { Also } from "./responder.ts";

/** What the steps of one commit write to other documents, and which of those they rely on. */
export interface Elsewhere {
  readonly writes: ReadonlyMap<Key, Doc>;
  readonly unchanged: ReadonlyMap<Key, Seen>;
}

export const NOTHING_ELSEWHERE: Elsewhere = { writes: new Map(), unchanged: new Map() };

/**
 * Puts what one more step has to do with other documents to what the steps before it have; null where it does not go
 * with theirs: then it runs again on what they wrote. What two write in the same words is written once, and what a step
 * relies on as well is still told apart from what it was by the write itself.
 */
export function together(before: Elsewhere, { writes, unchanged = [] }: Also): Elsewhere | null {
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
