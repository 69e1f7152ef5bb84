import type { Doc, Kind } from "../model/doc.ts";
import type { Ledger, Outline } from "../record/ledger/ledger.ts";

/**
 * Goes through the notes of all documents with a tag, and loads only documents whose note is not enough.
 *
 * @param isEnough called for each document; returns false if the document must be loaded
 * @param saw called for each loaded document
 */
export async function readOutlined<K extends Kind>(
  ledger: Pick<Ledger, "outline" | "load">,
  tag: string,
  kind: K,
  isEnough: (outline: Outline) => boolean,
  saw: (doc: Doc<K>) => void,
): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await ledger.outline(tag, cursor);
    const unread = page.items.filter((outline) => !isEnough(outline));
    const docs = await Promise.all(unread.map(({ key }) => ledger.load(key, kind)));
    for (const doc of docs) if (doc !== null) saw(doc);
    cursor = page.next;
  } while (cursor !== undefined);
}
