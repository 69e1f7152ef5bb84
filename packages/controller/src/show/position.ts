import type { Ms } from "../clock.ts";
import type { Key } from "../model/key.ts";
import { Refusal } from "./problem.ts";

/** Position in a list: after this incident, in the order of `newer`. */
export interface Position {
  readonly openedAt: Ms;
  readonly key: Key;
  /** The archive's cursor of the page to continue with; null means its first page. */
  readonly archive: string | null;
}

export interface SortKey {
  readonly openedAt: Ms;
  readonly key: Key;
}

/** Compares two incidents: newest first, as in the archive; equal times are ordered by key. */
export function newer(a: SortKey, b: SortKey): number {
  if (a.openedAt !== b.openedAt) return b.openedAt - a.openedAt;
  return a.key < b.key ? 1 : a.key > b.key ? -1 : 0;
}

export const isAfter = (sortKey: SortKey, position: Position | null): boolean =>
  position === null || newer(position, sortKey) < 0;

export function toCursor({ openedAt, key, archive }: Position): string {
  return Buffer.from(JSON.stringify([openedAt, key, archive])).toString("base64url");
}

/** Decodes a cursor. Throws a refusal for an invalid one. */
export function fromCursor(cursor: string): Position {
  try {
    const [openedAt, key, archive] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    if (typeof openedAt === "number" && typeof key === "string" && (archive === null || typeof archive === "string"))
      return { openedAt, key, archive };
  } catch (cause) {
    throw badCursor(cause);
  }
  throw badCursor();
}

export function badCursor(cause?: unknown): Refusal {
  return new Refusal(
    "SK-SHOW-REQUEST",
    "cursor is not one that this list gave out. Pass on the `next` of the page before, unchanged, or none for the first page.",
    { cause },
  );
}
