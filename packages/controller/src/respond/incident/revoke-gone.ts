import type { Ms } from "../../clock.ts";
import { isGoneDisproved, resetGone } from "../../correlate/stale-reads.ts";
import type { Doc } from "../../model/doc.ts";
import type { Refreshed } from "../machine/refreshed.ts";

/** Removes the conclusion "gone" if later signals contradict EC2's stale answer. Pure. */
export function revokeGone(doc: Doc<"incident">, now: Ms): Refreshed<Doc<"incident">> {
  if (!isGoneDisproved(doc.body)) return { doc, entries: [] };
  const text = "AWS has told of the instance since EC2 was asked for it: it is there, and is looked for again";
  return {
    doc: { ...doc, body: resetGone(doc.body) },
    entries: [{ key: doc.key, at: now, kind: "state", text, data: {} }],
  };
}
