import type { DrainContext } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";

/** The items (messages, jobs) that a consumer has taken and not finished yet. */
export interface InFlight<T> {
  take(item: T): void;
  /** Removes an item that was processed, successfully or not. */
  release(item: T): void;
  clear(): void;
  readonly held: () => readonly T[];
  /** Resolves as soon as no item is in flight. */
  empty(): Promise<void>;
}

/** @param keyOf identifies an item: consumers may emit copies of one and the same item */
export function createInFlight<T>(keyOf: (item: T) => string): InFlight<T> {
  const held = new Map<string, T>();
  let waiting: (() => void)[] = [];
  const resolveIfEmpty = (): void => {
    if (held.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  return {
    take: (item) => void held.set(keyOf(item), item),
    release(item) {
      held.delete(keyOf(item));
      resolveIfEmpty();
    },
    clear() {
      held.clear();
      resolveIfEmpty();
    },
    held: () => [...held.values()],
    empty: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        resolveIfEmpty();
      }),
  };
}

/**
 * Waits until no item is in flight. Items that are not finished in time are returned to the queue, so that other
 * consumers can take them at once. If the notice is cancelled, the items stay here and processing goes on.
 *
 * @param what the kind of item, for the report: `messages`
 */
export async function finishOrReturn<T>(
  inFlight: InFlight<T>,
  context: DrainContext,
  what: string,
  returnToQueue: (item: T) => Promise<unknown>,
): Promise<void> {
  await Promise.race([inFlight.empty(), aborted(context.signal)]);
  const unfinished = inFlight.held();
  if (unfinished.length === 0 || context.calledOff) return;
  const results = await Promise.allSettled(unfinished.map(returnToQueue));
  const back = results.filter(({ status }) => status === "fulfilled").length;
  context.note(`${back} of ${unfinished.length} unfinished ${what} returned to the queue`);
}
