import { SpotkeeperError } from "../errors.ts";

/** The calls of one client of a store over a network. */
export interface UnderWay {
  /** Begins a call. Rejects with SK-LEDGER-CLOSED after `close`, and as the call does. */
  begin<T>(call: () => Promise<T>): Promise<T>;
  /** Begins no more calls; resolves when those that were begun have ended, however they end. */
  close(): Promise<void>;
}

/** @param name of the store, as people are told it */
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
