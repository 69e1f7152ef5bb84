import type { Doc, Kind } from "../model/doc.ts";
import type { Ledger, Outline } from "../record/ledger/ledger.ts";

/**
 * Goes through all documents of a list by their notes, and reads only those of which the note does not say enough.
 * @param isEnough told of each document; answers whether it need not be read
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
