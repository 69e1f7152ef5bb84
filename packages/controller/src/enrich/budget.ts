import type { Clock, Ms } from "../clock.ts";

/** Counts read calls against what enrichment may cost, so that what is merely useful fills up what is left. */
export interface Budget {
  /** Calls that were made, whatever for. */
  spent(calls: number): void;
  /** One more interruption is being looked at. */
  interrupted(id: string): void;
  /** Takes one call for something merely useful; false: leave it to the sweeper. */
  takeExtra(): boolean;
}

const WINDOW: Ms = 60_000;

/** At most 10 calls for one interruption, 45 for 100 that come together; in between on a line, and on beyond. */
export const allowance = (interruptions: number): number => Math.floor(10 + ((interruptions - 1) * 35) / 99);

/**
 * Over a window of one minute.
 *
 * @param allowed how many calls so many interruptions may cost
 */
export function createBudget(clock: Pick<Clock, "now">, allowed: typeof allowance = allowance): Budget {
  let calls: { at: Ms; count: number }[] = [];
  const seen = new Map<string, Ms>();

  const prune = (): void => {
    const since = clock.now() - WINDOW;
    if ((calls[0]?.at ?? Infinity) < since) calls = calls.filter((one) => one.at >= since);
    for (const [id, at] of seen) {
      if (at >= since) break;
      seen.delete(id);
    }
  };
  return {
    spent(count) {
      calls.push({ at: clock.now(), count });
    },
    interrupted(id) {
      prune();
      seen.delete(id);
      seen.set(id, clock.now());
    },
    takeExtra() {
      prune();
      const made = calls.reduce((sum, one) => sum + one.count, 0);
      if (made + 1 > allowed(Math.max(1, seen.size))) return false;
      calls.push({ at: clock.now(), count: 1 });
      return true;
    },
  };
}
