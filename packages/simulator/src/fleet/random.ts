/** A seeded source of randomness: the same seed gives the same fleet, the same delays and the same ids. */
export interface Random {
  /** Returns a number, uniform in [0, 1). */
  next(): number;
  /** Returns an integer, uniform in [0, n). */
  int(n: number): number;
  /** Returns a number, uniform in a range. */
  within(range: Range): number;
  /** Returns one element of a non-empty list. */
  pick<T>(items: readonly T[]): T;
  /** Returns this many lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** Returns a text in the form of a UUID version 4. */
  uuid(): string;
}

/** Lowest and highest value; milliseconds for delays. */
export type Range = readonly [low: number, high: number];

/** Hashes a text to 32 bits (FNV-1a), so that a seed can be a number or a text. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
};

/**
 * Creates a source of randomness.
 *
 * @param seed any number or text; equal seeds give equal sequences
 */
export const createRandom = (seed: number | string): Random => {
  let state = hash(String(seed)) || 1;
  // mulberry32: fast, and 32 bits of state are enough for a simulation.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (n: number): number => Math.floor(next() * n);
  const hex = (digits: number): string => {
    let text = "";
    while (text.length < digits)
      text += int(2 ** 24)
        .toString(16)
        .padStart(6, "0");
    return text.slice(0, digits);
  };
  return {
    next,
    int,
    within: ([low, high]) => low + next() * (high - low),
    pick: (items) => {
      const item = items[int(items.length)];
      if (item === undefined) throw new RangeError("cannot pick from an empty list");
      return item;
    },
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
};
