import { createRandom, type Random } from "@spotkeeper/simulator";

/** The chance of one part of a world: its own stream, so that a new dimension in one part changes no other part. */
export interface Dice {
  readonly random: Random;
  /** Whether a dimension is among this world's, and then whether it applies here: about half of them are, each. */
  readonly may: (dimension: string) => boolean;
}

/** How to see whether a part of a world has something, by the name that the table of dimensions shows. */
export interface Dimensions<T> {
  readonly [name: string]: (part: T) => boolean;
}

/**
 * The dice of a part. Each world takes a random subset of the dimensions (swarm testing: Groce et al., ISSTA 2012), so
 * that combinations meet that would be rare if each world had a little of everything.
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

/** One to `most` items. */
export const several = <T>({ random }: Dice, most: number, make: (index: number) => T): T[] =>
  Array.from({ length: 1 + random.int(most) }, (_, index) => make(index));
