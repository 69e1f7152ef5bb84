import type { Ms } from "../clock.ts";
import type { Key } from "../model/key.ts";
import type { Wake } from "../wake.ts";

/** Schedules wake-ups, and tracks pending ones. */
export interface WakeUps extends Wake {
  /** The document is being advanced: its pending wake-ups are done. */
  taken(key: Key): void;
  /** Returns the time of the earliest pending wake-up; null means there is none. */
  earliest(): Ms | null;
}

export function trackWakeUps(wake: Wake): WakeUps {
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
