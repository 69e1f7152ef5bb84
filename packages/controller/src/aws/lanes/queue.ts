import type { Purpose } from "../ask.ts";
import type { Ms } from "../../clock.ts";

/**
 * The order in a lane: by purpose, then capacity without any call first (`followsUp`), then by deadline, then by
 * arrival.
 */
export interface Urgency {
  readonly purpose: Purpose;
  readonly deadline: Ms;
  readonly followsUp?: boolean;
}

/** Effects first, then reads, and the sweep of the inventory last. */
const RANK: { readonly [P in Purpose]: number } = { act: 0, enrich: 1, poll: 1, sweep: 2 };

/** Compares two urgencies; negative: `a` is first. */
export const compareUrgency = (a: Urgency, b: Urgency): number =>
  RANK[a.purpose] - RANK[b.purpose] ||
  Number(a.followsUp ?? false) - Number(b.followsUp ?? false) ||
  (a.deadline === b.deadline ? 0 : a.deadline - b.deadline);

export const moreUrgent = (a: Urgency, b: Urgency): Urgency => (compareUrgency(b, a) < 0 ? b : a);

/** A priority queue (a binary heap) of values with an urgency each. */
export interface Queue<V> {
  push(urgency: Urgency, value: V): void;
  /** Returns the most urgent value that is not dead; null if there is none. */
  peek(): { readonly urgency: Urgency; readonly value: V } | null;
  pop(): V | null;
}

interface Node<V> {
  readonly urgency: Urgency;
  readonly order: number;
  readonly value: V;
}

/** @param isDead whether a value is skipped, which is cheaper than to find and remove it */
export function createQueue<V>(isDead: (value: V) => boolean): Queue<V> {
  const heap: Node<V>[] = [];
  let pushed = 0;

  const before = (a: Node<V>, b: Node<V>): boolean => (compareUrgency(a.urgency, b.urgency) || a.order - b.order) < 0;

  const sink = (node: Node<V>): void => {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      let next = left;
      if (right !== undefined && before(right, left)) {
        next = right;
        child++;
      }
      if (!before(next, node)) break;
      heap[at] = next;
      at = child;
    }
    heap[at] = node;
  };

  const removeTop = (): void => {
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) sink(last);
  };

  const top = (): Node<V> | null => {
    for (let node = heap[0]; node !== undefined; node = heap[0]) {
      if (!isDead(node.value)) return node;
      removeTop();
    }
    return null;
  };

  return {
    push(urgency, value) {
      const node = { urgency, order: pushed++, value };
      let at = heap.length;
      while (at > 0) {
        const up = (at - 1) >> 1;
        const parent = heap[up];
        if (parent === undefined || !before(node, parent)) break;
        heap[at] = parent;
        at = up;
      }
      heap[at] = node;
    },
    peek: top,
    pop() {
      const node = top();
      if (node === null) return null;
      removeTop();
      return node.value;
    },
  };
}
