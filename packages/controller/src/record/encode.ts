import { SpotkeeperError } from "../errors.ts";
import type { Doc, Kind } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import { isArchived } from "./archived.ts";
import { decodeBody } from "./body.ts";
import { fit } from "./fit.ts";
import type { Shelf, Stored, Write } from "./ledger/driver.ts";
import type { Seen } from "./ledger/ledger.ts";

/** Makes the note of a document that lists return without loading it; returns null for none. */
export type NoteOf = (doc: Doc) => { readonly tag: string; readonly note: string } | null;

/** Returns the kind of a document from its key. */
export const kindOf = (key: Key): string => key.slice(0, Math.max(0, key.indexOf("#")));

/**
 * Encodes the documents of one commit, and validates them. Throws SK-LEDGER-TOO-LARGE, SK-LEDGER-INVALID.
 * @param room maximum bytes of each body
 */
export function encodeAll(
  docs: readonly Doc[],
  unchanged: readonly Seen[],
  noteOf: NoteOf,
  room?: number,
): readonly Write[] {
  const keys = [...docs, ...unchanged].map(({ key }) => key);
  if (new Set(keys).size < keys.length)
    throw invalid(`One commit names a document twice (${keys.join(", ")}). Write it once, or rely on it once.`);
  return docs.map((doc) => encode(doc, noteOf, room));
}

function encode(doc: Doc, noteOf: NoteOf, room?: number): Write {
  const { key, kind, version, wakeAt } = doc;
  if (kindOf(key) !== kind) throw invalid(`${key} is no key of a document of kind ${kind}: it begins with its kind.`);
  checkWakeAt(key, wakeAt);
  const noted = noteOf(doc);
  const tags = [...new Set(doc.tags)].map((name) => ({ name, note: noted?.tag === name ? noted.note : null }));
  return { key, version, wakeAt, tags, shelf: shelfOf(doc), body: fit(doc, room) };
}

/** Throws SK-LEDGER-INVALID if `wakeAt` is not in whole milliseconds. */
export function checkWakeAt(key: Key, wakeAt: number | null): void {
  if (wakeAt !== null && !Number.isSafeInteger(wakeAt))
    throw invalid(`The wakeAt of ${key} is ${wakeAt}: it must be whole milliseconds, or null, else it never wakes.`);
}

export function decode({ key, version, wakeAt, tags, body }: Stored): Doc {
  return { kind: kindOf(key) as Kind, key, schema: 1, version, wakeAt, tags, body: decodeBody(body) } as Doc;
}

/**
 * Returns the shelf of a document that is over, null for others. `settled` documents may be purged when they are old;
 * an incident is settled only once it is archived.
 */
function shelfOf(doc: Doc): Shelf | null {
  switch (doc.kind) {
    case "incident": {
      const { closedAt } = doc.body;
      if (closedAt === null) return null;
      const archived = isArchived({ version: doc.version + 1, body: doc.body });
      return { name: archived ? "settled" : "unarchived", since: closedAt };
    }
    case "silence":
      return { name: "settled", since: doc.body.endsAt };
    case "evidence":
      return { name: "settled", since: doc.body.at };
    case "group":
    case "service":
    case "alert":
      return null;
  }
}

function invalid(message: string): SpotkeeperError {
  return new SpotkeeperError("SK-LEDGER-INVALID", message);
}
