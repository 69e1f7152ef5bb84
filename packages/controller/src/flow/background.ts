import type { Clock, Ms } from "../clock.ts";
import { raceWithin } from "../race.ts";

/** Work in the background, which its caller does not await. */
export interface Background {
  /** Tracks work; a rejection is reported with the name `what`. */
  begin(what: string, work: Promise<void>): void;
  /** Resolves when all work has ended, or at the deadline (epoch milliseconds). */
  atRest(until: Ms): Promise<void>;
}

export function createBackground(clock: Clock, onFailure: (what: string, error: unknown) => void): Background {
  const under = new Set<Promise<void>>();
  return {
    begin(what, work) {
      const watched = work.catch((error: unknown) => onFailure(what, error)).finally(() => under.delete(watched));
      under.add(watched);
    },
    async atRest(until) {
      while (under.size > 0 && clock.now() < until) await raceWithin(clock, [Promise.all(under)], until - clock.now());
    },
  };
}
