import type { Key } from "../../model/key.ts";

/** Does work of one key one after the other, in the order asked; answers as the work does. */
export type Turns = <T>(key: Key, work: () => Promise<T>) => Promise<T>;

/**
 * A dozen channels answer at one moment, and each result is written to the same document. Side by side all but one of
 * them conflict, round after round; a result that gives up would be a message that is sent again.
 */
export function createTurns(): Turns {
  const last = new Map<Key, Promise<unknown>>();
  return (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine
      .catch(() => {}) // the one who asked hears of it
      .then(() => {
        if (last.get(key) === settled) last.delete(key);
      });
    last.set(key, settled);
    return mine;
  };
}
