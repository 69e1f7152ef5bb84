import type { Dice, Dimensions } from "./dice.ts";
import { ECS_EVENT_KINDS } from "./ecs-events.ts";
import { type Holder, type NthInstance, pickInstance } from "./focus.ts";

/** An event, `at` seconds after the beginning, about the n-th of the group's first instances. */
export interface EventItem {
  readonly at: number;
  readonly kind: EventKind;
  readonly group: string;
  readonly nth: number;
  /** Seconds by which the message is late, and the number of its extra copies. */
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

/** The interruptions that the focus gets; the more important ones are listed more often. */
const STRIKES: readonly EventKind[] = [
  "warning",
  "warning",
  "warning",
  "warning after a recommendation",
  "cancelled notice",
];

/**
 * Makes the events. The first instance of the focus is always interrupted: a world without an interruption tests
 * little.
 */
export function eventsOf(dice: Dice, focus: readonly NthInstance[], holders: readonly Holder[]): EventItem[] {
  const { random, may } = dice;
  const span = random.pick([5, 60, 300, 900]);
  const kinds = EVENT_KINDS.filter(() => random.next() < 0.5);
  const event = (kind: EventKind, where: NthInstance): EventItem => ({
    at: random.int(span),
    kind,
    ...where,
    late: may("late") ? random.pick([5, 30, 100]) : 0,
    copies: may("copies") ? random.int(3) : 0,
  });
  const more = Array.from({ length: random.int(6) }, () =>
    event(
      random.pick(kinds.length === 0 || random.next() < 0.3 ? STRIKES : kinds),
      pickInstance(random, focus, holders),
    ),
  );
  return [...focus.slice(0, 1).map((first) => event(random.pick(STRIKES), first)), ...more].toSorted(
    (one, other) => one.at - other.at,
  );
}

export const EVENT_DIMENSIONS: Dimensions<readonly EventItem[]> = {
  "late message": (events) => events.some(({ late }) => late > 0),
  "message more than once": (events) => events.some(({ copies }) => copies > 0),
  ...Object.fromEntries(
    EVENT_KINDS.map((kind) => [kind, (events: readonly EventItem[]) => events.some((one) => one.kind === kind)]),
  ),
};
