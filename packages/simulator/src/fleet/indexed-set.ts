/** A set with random access in constant time: placement samples candidates instead of scanning a cluster. */
export interface IndexedSet<T> {
  readonly items: readonly T[];
  add(item: T): void;
  delete(item: T): void;
}

export const createIndexedSet = <T>(): IndexedSet<T> => {
  const items: T[] = [];
  const positions = new Map<T, number>();
  return {
    items,
    add: (item) => {
      if (positions.has(item)) return;
      positions.set(item, items.length);
      items.push(item);
    },
    delete: (item) => {
      const position = positions.get(item);
      const last = items.pop();
      if (position === undefined) {
        if (last !== undefined) items.push(last);
        return;
      }
      positions.delete(item);
      if (last === undefined || last === item) return;
      items[position] = last;
      positions.set(last, position);
    },
  };
};
