import type { Clock, Ms } from "./clock.ts";

/**
 * Resolves with the first of `tasks` that settles, but not later than in `atMost`, which may be `Infinity`; its timer is
 * given up then.
 */
export async function raceWithin(clock: Clock, tasks: readonly Promise<unknown>[], atMost: Ms): Promise<void> {
  if (atMost === Infinity) return void (await Promise.race(tasks));
  let cancel = (): void => {};
  // Not a sleep with a signal: thousands race at a time, and each abort makes an error with a stack.
  const over = new Promise<void>((resolve) => {
    cancel = clock.setTimer(clock.now() + atMost, resolve);
  });
  try {
    await Promise.race([...tasks, over]);
  } finally {
    cancel();
  }
}
