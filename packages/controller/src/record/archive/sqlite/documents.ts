import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Entry } from "../../../model/journal.ts";
import { decodeBody, encodeBody } from "../../body.ts";
import type { Sql } from "../../sqlite/sql.ts";
import type { ArchivedIncident } from "../archive.ts";

/** Documents that a dictionary is made of. */
const SAMPLES = 200;
/** Documents repeat the same fields and sentences, so that more text finds hardly more. */
const DICTIONARY_BYTES = 64 * 1024;

/** A dictionary for zstd: text that documents repeat. Number 0 is no dictionary. */
interface Dictionary {
  readonly id: number;
  readonly body: Uint8Array | null;
}

const NONE: Dictionary = { id: 0, body: null };

/** The checksum makes a wrong dictionary an error; without it, zstd answers wrong bytes. */
const PARAMS = { [constants.ZSTD_c_checksumFlag]: 1 };

/** Compresses documents in one transaction, with the newest dictionary. */
export function compressorIn(
  sql: Sql,
): (archived: ArchivedIncident) => { readonly dictionary: number; readonly body: Uint8Array } {
  const { id, body } = newestDictionary(sql);
  const options = body === null ? { params: PARAMS } : { params: PARAMS, dictionary: body };
  return ({ incident, timeline }) => ({
    dictionary: id,
    body: zstdCompressSync(`${encodeBody(incident)}\n${JSON.stringify(timeline)}`, options),
  });
}

/** A stored document; `dictionaryBody` belongs to the dictionary that compressed it. */
export interface StoredDocument {
  readonly body: Uint8Array;
  readonly dictionaryBody: Uint8Array | null;
}

/** Throws for a body that is damaged. */
export function decompress({ body, dictionaryBody }: StoredDocument): Pick<ArchivedIncident, "incident" | "timeline"> {
  const text = textOf({ body, dictionaryBody });
  const end = text.indexOf("\n");
  return {
    incident: decodeBody<"incident">(text.slice(0, end)),
    timeline: JSON.parse(text.slice(end + 1)) as readonly Entry[],
  };
}

const textOf = ({ body, dictionaryBody }: StoredDocument): string =>
  (dictionaryBody === null
    ? zstdDecompressSync(body)
    : zstdDecompressSync(body, { dictionary: dictionaryBody })
  ).toString();

/**
 * Makes the dictionary once there are enough documents. They stay as they are; each document names its dictionary.
 */
export function learnDictionary(sql: Sql): void {
  if (newestDictionary(sql).id !== NONE.id) return;
  const samples = sql.all<{ body: Uint8Array }>(`SELECT body FROM archive_documents ORDER BY id LIMIT ${SAMPLES}`);
  if (samples.length < SAMPLES) return;
  // zstd finds the end of a dictionary fastest, so the whole text of a few documents does more than a bit of each.
  let text = "";
  for (const { body } of samples.toReversed()) {
    const more = textOf({ body, dictionaryBody: null });
    if (text.length + more.length <= DICTIONARY_BYTES) text += more;
  }
  sql.run("INSERT INTO archive_dictionaries (body) VALUES (?)", Buffer.from(text));
}

const newestDictionary = (sql: Sql): Dictionary =>
  sql.one<Dictionary>("SELECT id, body FROM archive_dictionaries ORDER BY id DESC LIMIT 1") ?? NONE;
