import type { Ms } from "./operation.ts";

interface Timer {
  readonly at: Ms;
  readonly order: number;
  fn: (() => void) | null;
  queued: boolean;
}

/** A queue of timers, ordered by instant, then by the order of `add`. */
export interface TimerHeap {
  add(at: Ms, fn: () => void): () => void;
  /** Returns the earliest instant, or null if there is no timer. */
  next(): Ms | null;
  /** Removes and returns the timers at or before `at`. A timer that is cancelled meanwhile does nothing when called. */
  takeDue(at: Ms): (() => void)[];
  size(): number;
}

/** Creates a binary heap. Cancelled timers stay until they reach the top, or until they are more than half. */
export function createTimerHeap(): TimerHeap {
  let heap: Timer[] = [];
  let order = 0;
  let cancelled = 0;

  const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  const siftUp = (timer: Timer): void => {
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(timer, parent)) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = timer;
  };

  const pop = (): Timer | undefined => {
    const top = heap[0];
    if (top !== undefined) top.queued = false;
    const last = heap.pop();
    if (last === undefined || last === top) return top;
    let index = 0;
    for (;;) {
      let down = 2 * index + 1;
      let child = heap[down];
      const right = heap[down + 1];
      if (child !== undefined && right !== undefined && before(right, child)) {
        child = right;
        down++;
      }
      if (child === undefined || !before(child, last)) break;
      heap[index] = child;
      index = down;
    }
    heap[index] = last;
    return top;
  };

  const compact = (): void => {
    const kept = heap.filter((timer) => timer.fn !== null);
    heap = [];
    cancelled = 0;
    for (const timer of kept) siftUp(timer);
  };

  const next = (): Ms | null => {
    while (heap[0] !== undefined && heap[0].fn === null) {
      pop();
      cancelled--;
    }
    return heap[0]?.at ?? null;
  };

  return {
    add(at, fn) {
      const timer: Timer = { at, order: order++, fn, queued: true };
      siftUp(timer);
      return () => {
        if (timer.fn === null) return;
        timer.fn = null;
        if (!timer.queued) return;
        cancelled++;
        if (cancelled > 1000 && cancelled > heap.length / 2) compact();
      };
    },
    next,
    takeDue(at) {
      const due: (() => void)[] = [];
      for (let first = next(); first !== null && first <= at; first = next()) {
        const timer = pop();
        if (timer === undefined) break;
        due.push(() => {
          const { fn } = timer;
          timer.fn = null;
          fn?.();
        });
      }
      return due;
    },
    size: () => heap.length - cancelled,
  };
}
