import { SpotkeeperError } from "../errors.ts";
import type { Part } from "./ledger/driver.ts";
import type { Page } from "./ledger/ledger.ts";

/**
 * Converts a part of a list to a page. The cursor contains the list's name, so that other lists reject it.
 * @param list a name that no other list has
 */
export function pageOf<T>(list: string, { items, next }: Part<T>): Page<T> {
  return next === null ? { items } : { items, next: Buffer.from(JSON.stringify([list, next])).toString("base64url") };
}

/**
 * Returns the position in a cursor of this list; null without a cursor. Throws SK-RECORD-CURSOR for any other text.
 */
export function afterOf(list: string, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  try {
    const given: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(given) && given.length === 2 && given[0] === list && typeof given[1] === "string")
      return given[1];
  } catch {
    // Not JSON, so not a cursor of `pageOf`: rejected below.
  }
  throw badCursor();
}

/** @param rows up to `limit` + 1 rows, so that the last part can be recognised */
export function partOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => T,
  place: (row: Row) => string,
): Part<T> {
  const part = rows.slice(0, limit);
  const last = part.at(-1);
  return { items: part.map(item), next: rows.length > limit && last !== undefined ? place(last) : null };
}

export function badCursor(): SpotkeeperError {
  return new SpotkeeperError(
    "SK-RECORD-CURSOR",
    "The cursor is not one that this list gave out. Pass on the `next` of the page before, unchanged, or none for the first page.",
  );
}
