import type { Clock, Ms } from "./clock.ts";

/** Resolves when the first of `tasks` settles, or after `atMost` (may be `Infinity`); then cancels its timer. */
export async function raceWithin(clock: Clock, tasks: readonly Promise<unknown>[], atMost: Ms): Promise<void> {
  if (atMost === Infinity) return void (await Promise.race(tasks));
  let cancel = (): void => {};
  // Not `sleep` with an abort signal: thousands race at a time, and each abort creates an error with a stack.
  const over = new Promise<void>((resolve) => {
    cancel = clock.setTimer(clock.now() + atMost, resolve);
  });
  try {
    await Promise.race([...tasks, over]);
  } finally {
    cancel();
  }
}
