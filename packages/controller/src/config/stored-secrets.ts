import type { Clock, Ms } from "../clock.ts";

/** How long what a store of AWS's answered is used without asking again. */
const KEEP: Ms = 600_000;
/** What was read so lately is not read again because it was refused: a wrong token stays wrong. */
const RENEW_AFTER: Ms = 10_000;

export interface StoredSecrets {
  /**
   * What `ask` answered lately, or answers now. A store that cannot be asked silences nobody: what it said before is
   * used as long as it is away. Rejects as `ask` does where it never said anything.
   */
  get(reference: string, ask: () => Promise<string>): Promise<string>;
  /**
   * What is there instead of a value that was refused; null where that is still what is there. Many who hear of it at
   * once ask once.
   */
  renew(reference: string, refused: string): Promise<string | null>;
  /** Asks for everything again, since something was refused. True: something has changed, and is worth a try. */
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
