import type { Random } from "@spotkeeper/simulator";
import type { Dice } from "./dice.ts";

/** What has the instances to which something happens: a group, or an instance in none. */
export interface Holder {
  readonly name: string;
  /** How many instances it has; absent: one. */
  readonly desired?: number;
  /** The first that a group launches are its On-Demand base, which nothing reclaims; absent: 0. */
  readonly onDemandBase?: number;
  /** Where it runs tasks; absent: nobody says. */
  readonly cluster?: string | null;
}

/** The n-th instance that its holder began with. */
export interface Spot {
  readonly group: string;
  readonly nth: number;
}

/** One or two instances of which all parts of a world know: it is on the same one that two stories meet. */
export const focusOf = ({ random }: Dice, holders: readonly Holder[]): Spot[] =>
  Array.from({ length: 1 + random.int(2) }, () => instanceIn(random, inService(random, holders)));

/** Most of what happens, happens to the focus. */
export const spotOf = (random: Random, focus: readonly Spot[], holders: readonly Holder[]): Spot =>
  random.next() < 0.7 ? random.pick(focus) : instanceIn(random, holders);

/** Instances that run tasks have the more to lose. */
function inService(random: Random, holders: readonly Holder[]): readonly Holder[] {
  const withTasks = holders.filter(({ cluster = null }) => cluster !== null);
  return withTasks.length > 0 && random.next() < 0.6 ? withTasks : holders;
}

export function instanceIn(random: Random, holders: readonly Holder[]): Spot {
  const { name, desired = 1, onDemandBase = 0 } = random.pick(holders);
  const first = Math.min(onDemandBase, desired - 1);
  return { group: name, nth: first + random.int(desired - first) };
}
