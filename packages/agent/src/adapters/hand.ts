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
