import type { Random } from "@spotkeeper/simulator";
import type { Dice } from "./dice.ts";

/** A group, or a lone instance: something that has instances to which events happen. */
export interface Holder {
  readonly name: string;
  /** The number of its instances; absent: one. */
  readonly desired?: number;
  /** The number of its On-Demand instances, which are launched first and never interrupted; absent: 0. */
  readonly onDemandBase?: number;
  /** The cluster of its tasks; absent: unknown. */
  readonly cluster?: string | null;
}

/** The n-th of the first instances of a group, or a lone instance. */
export interface NthInstance {
  readonly group: string;
  readonly nth: number;
}

/**
 * Picks one or two instances that all parts of a world use: only on the same instance do two events affect each other.
 */
export const focusOf = ({ random }: Dice, holders: readonly Holder[]): NthInstance[] =>
  Array.from({ length: 1 + random.int(2) }, () => instanceIn(random, inService(random, holders)));

/** Picks an instance; most of the time one of the focus. */
export const pickInstance = (random: Random, focus: readonly NthInstance[], holders: readonly Holder[]): NthInstance =>
  random.next() < 0.7 ? random.pick(focus) : instanceIn(random, holders);

/** Prefers instances that run tasks: they have more to lose. */
function inService(random: Random, holders: readonly Holder[]): readonly Holder[] {
  const withTasks = holders.filter(({ cluster = null }) => cluster !== null);
  return withTasks.length > 0 && random.next() < 0.6 ? withTasks : holders;
}

export function instanceIn(random: Random, holders: readonly Holder[]): NthInstance {
  const { name, desired = 1, onDemandBase = 0 } = random.pick(holders);
  const first = Math.min(onDemandBase, desired - 1);
  return { group: name, nth: first + random.int(desired - first) };
}
