import type { Key } from "../../model/key.ts";

/** Runs work of one key one after another, in the order of calls; returns the result of the work. */
export type Serialise = <T>(key: Key, work: () => Promise<T>) => Promise<T>;

/**
 * Creates a queue per key. Several channels can answer at the same moment, and each result is written to the same
 * document. Concurrent writes would conflict, and a result that is dropped after too many conflicts means that its
 * message is sent again.
 */
export function createSerialiser(): Serialise {
  const last = new Map<Key, Promise<unknown>>();
  return (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine
      .catch(() => {}) // the caller of this work gets the error
      .then(() => {
        if (last.get(key) === settled) last.delete(key);
      });
    last.set(key, settled);
    return mine;
  };
}
