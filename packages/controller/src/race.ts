import type { Clock, Ms } from "./clock.ts";

/** Waits for an answer; returns null if it has not come after `atMost` (may be `Infinity`). Rejects as the answer does. */
export async function answerWithin<V>(
  clock: Clock,
  answer: Promise<V>,
  atMost: Ms,
): Promise<{ readonly value: V } | null> {
  const answers: { readonly value: V }[] = [];
  await raceWithin(clock, [answer.then((value) => answers.push({ value }))], atMost);
  return answers[0] ?? null;
}

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
