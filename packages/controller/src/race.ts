import type { Clock, Ms } from "./clock.ts";

/** Resolves with the first of `tasks` that settles, but not later than in `atMost`; its timer is given up then. */
export async function raceWithin(clock: Clock, tasks: readonly Promise<unknown>[], atMost: Ms): Promise<void> {
  const stop = new AbortController();
  try {
    await Promise.race([...tasks, clock.sleep(atMost, stop.signal).catch(() => {})]);
  } finally {
    stop.abort();
  }
}
