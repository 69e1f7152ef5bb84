import type { DrainContext } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";

/** What is in hand: messages, jobs. */
export interface Hand<T> {
  take(one: T): void;
  /** It is done with, well or not. */
  release(one: T): void;
  clear(): void;
  readonly held: () => readonly T[];
  /** Resolves as soon as nothing is in hand. */
  empty(): Promise<void>;
}

/** @param keyOf equal for what is the same one, since consumers hand out copies */
export function createHand<T>(keyOf: (one: T) => string): Hand<T> {
  const held = new Map<string, T>();
  let waiting: (() => void)[] = [];
  const look = (): void => {
    if (held.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  return {
    take: (one) => void held.set(keyOf(one), one),
    release(one) {
      held.delete(keyOf(one));
      look();
    },
    clear() {
      held.clear();
      look();
    },
    held: () => [...held.values()],
    empty: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        look();
      }),
  };
}

/**
 * Waits until nothing is in hand. What is not done in time is given back, so that others have it at once; what is in hand
 * when the notice is called off goes on.
 *
 * @param what it is, for the report: `messages`
 */
export async function finishOrGiveBack<T>(
  hand: Hand<T>,
  context: DrainContext,
  what: string,
  giveBack: (one: T) => Promise<unknown>,
): Promise<void> {
  await Promise.race([hand.empty(), aborted(context.signal)]);
  const unfinished = hand.held();
  if (unfinished.length === 0 || context.calledOff) return;
  const results = await Promise.allSettled(unfinished.map(giveBack));
  const back = results.filter(({ status }) => status === "fulfilled").length;
  context.note(`${back} of ${unfinished.length} unfinished ${what} returned to the queue`);
}
