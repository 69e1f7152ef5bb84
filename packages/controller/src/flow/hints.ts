import type { Ms } from "../clock.ts";
import type { Key } from "../model/key.ts";
import type { Wake } from "../wake.ts";

/** Sends hints, and knows which of them are still to come. */
export interface Hints extends Wake {
  /** The document is advanced: what was sent for it up to now has come. */
  taken(key: Key): void;
  /** The earliest instant for which a hint was sent and has not come; null: there is none. */
  earliest(): Ms | null;
}

export function trackHints(wake: Wake): Hints {
  const due = new Map<Key, Ms>();
  return {
    async at(key, when) {
      await wake.at(key, when);
      due.set(key, Math.min(due.get(key) ?? when, when));
    },
    taken: (key) => void due.delete(key),
    earliest() {
      let first: Ms | null = null;
      for (const when of due.values()) first = Math.min(first ?? when, when);
      return first;
    },
  };
}
