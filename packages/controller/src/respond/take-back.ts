import type { Ms } from "../clock.ts";
import { isOvertaken, livesOn } from "../correlate/named.ts";
import type { Doc } from "../model/doc.ts";
import type { Refreshed } from "./refreshed.ts";

/** Pure: what was taken from a read of EC2, that the instance has gone, is taken back where AWS has told of it since. */
export function takeBack(doc: Doc<"incident">, now: Ms): Refreshed<Doc<"incident">> {
  if (!isOvertaken(doc.body)) return { doc, entries: [] };
  const text = "AWS has told of the instance since EC2 was asked for it: it is there, and is looked for again";
  return {
    doc: { ...doc, body: livesOn(doc.body) },
    entries: [{ key: doc.key, at: now, kind: "state", text, data: {} }],
  };
}
