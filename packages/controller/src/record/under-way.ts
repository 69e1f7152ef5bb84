import { SpotkeeperError } from "../errors.ts";

/** The unfinished calls of one client of a store. */
export interface UnderWay {
  /** Starts a call and returns its result. Rejects with SK-LEDGER-CLOSED after `close`. */
  begin<T>(call: () => Promise<T>): Promise<T>;
  /** Refuses new calls; resolves when all unfinished calls have ended. */
  close(): Promise<void>;
}

/** @param name the name of the store, for the error message */
export function createUnderWay(name: string): UnderWay {
  const calls = new Set<Promise<unknown>>();
  let closed = false;
  return {
    async begin(call) {
      if (closed)
        throw new SpotkeeperError("SK-LEDGER-CLOSED", `The ledger ${name} is closed; nothing more can be asked of it.`);
      const asked = call();
      calls.add(asked);
      try {
        return await asked;
      } finally {
        calls.delete(asked);
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(calls);
    },
  };
}
