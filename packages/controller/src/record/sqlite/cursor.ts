import { SpotkeeperError } from "../../errors.ts";
import type { Page } from "../ledger/ledger.ts";

/** The row to go on from; 0 without a cursor. Throws SK-RECORD-CURSOR for what is none of ours. */
export function rowOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^\d{1,15}$/.test(cursor)) throw badCursor();
  return Number(cursor);
}

/** @param rows one more than `limit` were asked for, so that the last page is known to be the last. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => T,
  cursor: (row: Row) => string,
): Page<T> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(item);
  return rows.length > limit && last !== undefined ? { items, next: cursor(last) } : { items };
}

export function badCursor(): SpotkeeperError {
  return new SpotkeeperError(
    "SK-RECORD-CURSOR",
    "The cursor is not one that this list gave out. Pass on the `next` of the page before, unchanged, or none for the first page.",
  );
}
