import type { Clock, Ms } from "../../clock.ts";

/** Counts read calls against a limit. Necessary calls are only counted; optional ones use what is left. */
export interface Budget {
  /** Counts calls that were made for any purpose. */
  spent(calls: number): void;
  /** Counts one more interruption that is being handled. */
  interrupted(id: string): void;
  /** Reserves one optional call; returns false if none is left (the sweep will read it). */
  takeExtra(): boolean;
}

const WINDOW: Ms = 60_000;

/**
 * Returns how many calls a number of simultaneous interruptions may cost: 10 for one, 45 for 100, and linear between
 * and beyond.
 */
export const allowance = (interruptions: number): number => Math.floor(10 + ((interruptions - 1) * 35) / 99);

/**
 * Creates a budget over a window of one minute.
 *
 * @param allowed returns how many calls a number of interruptions may cost
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
