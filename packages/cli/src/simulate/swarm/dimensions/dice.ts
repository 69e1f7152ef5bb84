import { createRandom, type Random } from "@spotkeeper/simulator";

/**
 * The random decisions of one part of a world. Each part has its own stream, so that a new dimension in one part does
 * not change the others.
 */
export interface Dice {
  readonly random: Random;
  /**
   * Returns whether something applies. First decides once for the world whether the dimension is used (half of them
   * are), then each time whether it applies here (60 %).
   */
  readonly may: (dimension: string) => boolean;
}

/** Tells which dimensions a part of a world has, by the name in the table of dimensions. */
export interface Dimensions<T> {
  readonly [name: string]: (part: T) => boolean;
}

/**
 * Creates the decisions of one part. Each world uses a random subset of the dimensions (swarm testing: Groce et al.,
 * ISSTA 2012), so that combinations occur that would be rare if each world had a little of everything.
 */
export function diceOf(seed: number, part: string): Dice {
  const random = createRandom(`swarm ${seed} ${part}`);
  const chosen = new Map<string, boolean>();
  return {
    random,
    may: (dimension) => {
      const known = chosen.get(dimension) ?? random.next() < 0.5;
      chosen.set(dimension, known);
      return known && random.next() < 0.6;
    },
  };
}

/** Makes one to `most` items. */
export const several = <T>({ random }: Dice, most: number, make: (index: number) => T): T[] =>
  Array.from({ length: 1 + random.int(most) }, (_, index) => make(index));
