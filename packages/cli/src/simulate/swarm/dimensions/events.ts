import type { Dice, Dimensions } from "./dice.ts";
import { ECS_EVENT_KINDS } from "./ecs-events.ts";

/** Something that happens `at` seconds after the beginning, to the n-th instance that the group began with. */
export interface EventItem {
  readonly at: number;
  readonly kind: EventKind;
  readonly group: string;
  readonly nth: number;
  /** Seconds that the message is late, and how many more copies of it come. */
  readonly late: number;
  readonly copies: number;
}

export const EVENT_KINDS = [
  "warning",
  "warning after a recommendation",
  "recommendation",
  "missed notice",
  "cancelled notice",
  "scale-in",
  "a person deregisters it",
  "a person sets it DRAINING",
  "a person sets desired capacity",
  "a person puts it on standby",
  "a scaling policy takes several away",
  "an instance refresh begins",
  "a person deletes its group",
  "a person detaches it",
  "a person terminates it",
  "a person has its group terminate it",
  "a person quarantines it",
  "a person lowers the maximum",
  "warnings of its whole pool",
  "warning of a newcomer",
  "no more Spot capacity",
  "no more Spot capacity in its pool",
  "Spot capacity again",
  ...ECS_EVENT_KINDS,
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What has the instances to which something happens: a group, or an instance in none. */
export interface Holder {
  readonly name: string;
  /** How many instances it has; absent: one. */
  readonly desired?: number;
}

/** One of the first `most` instances of one of them. */
export const instanceIn = (
  random: Dice["random"],
  holders: readonly Holder[],
  most: number,
): { readonly group: string; readonly nth: number } => {
  const { name, desired = 1 } = random.pick(holders);
  return { group: name, nth: random.int(Math.min(most, desired)) };
};

/** Most of what happens, happens to one or two instances: it is on the same one that two stories meet. */
export function eventsOf({ random, may }: Dice, holders: readonly Holder[]): EventItem[] {
  const focus = Array.from({ length: 1 + random.int(2) }, () => instanceIn(random, holders, 2));
  const span = random.pick([5, 60, 300, 900]);
  const kinds = EVENT_KINDS.filter(() => random.next() < 0.5);
  return Array.from({ length: 1 + random.int(6) }, () => {
    const kind = kinds.length === 0 || random.next() < 0.4 ? "warning" : random.pick(kinds);
    const where = random.next() < 0.7 ? random.pick(focus) : instanceIn(random, holders, 4);
    return {
      at: random.int(span),
      kind,
      ...where,
      late: may("late") ? random.pick([5, 30, 100]) : 0,
      copies: may("copies") ? random.int(3) : 0,
    };
  }).toSorted((one, other) => one.at - other.at);
}

export const EVENT_DIMENSIONS: Dimensions<readonly EventItem[]> = {
  "late message": (events) => events.some(({ late }) => late > 0),
  "message more than once": (events) => events.some(({ copies }) => copies > 0),
  ...Object.fromEntries(
    EVENT_KINDS.map((kind) => [kind, (events: readonly EventItem[]) => events.some((one) => one.kind === kind)]),
  ),
};
