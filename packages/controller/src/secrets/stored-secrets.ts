import type { Clock, Ms } from "../clock.ts";

/** How long a value of an AWS store is cached. */
const KEEP: Ms = 600_000;
/** A refused value that was read more recently than this is not read again. */
const RENEW_AFTER: Ms = 10_000;

export interface StoredSecrets {
  /**
   * Returns the cached value, or the result of `ask`. While the store is unavailable, the old value is used. Rejects
   * like `ask` if there is no old value.
   */
  get(reference: string, ask: () => Promise<string>): Promise<string>;
  /** Reads a value again after it was refused; returns null if it has not changed. Concurrent calls share one read. */
  renew(reference: string, refused: string): Promise<string | null>;
  /** Reads all values again, since one was refused. Returns true if any has changed, so that a retry is useful. */
  refresh(): Promise<boolean>;
}

interface Stored {
  readonly value: string;
  readonly at: Ms;
  readonly ask: () => Promise<string>;
}

export function createStoredSecrets(clock: Clock): StoredSecrets {
  const known = new Map<string, Stored>();
  const renewals = new Map<string, Promise<string>>();

  async function fetch(reference: string, ask: () => Promise<string>): Promise<string> {
    const value = await ask();
    known.set(reference, { value, at: clock.now(), ask });
    return value;
  }

  return {
    async get(reference, ask) {
      const had = known.get(reference);
      if (had !== undefined && clock.now() - had.at < KEEP) return had.value;
      try {
        return await fetch(reference, ask);
      } catch (error) {
        if (had === undefined) throw error;
        return had.value;
      }
    },
    async renew(reference, refused) {
      const had = known.get(reference);
      if (had === undefined) return null;
      if (had.value !== refused) return had.value;
      if (clock.now() - had.at < RENEW_AFTER) return null;
      const renewal = renewals.get(reference) ?? fetch(reference, had.ask).finally(() => renewals.delete(reference));
      renewals.set(reference, renewal);
      const value = await renewal;
      return value === refused ? null : value;
    },
    async refresh() {
      const changes = [...known].map(async ([reference, had]) => {
        const value = await fetch(reference, had.ask).catch(() => had.value);
        return value !== had.value;
      });
      return (await Promise.all(changes)).includes(true);
    },
  };
}
