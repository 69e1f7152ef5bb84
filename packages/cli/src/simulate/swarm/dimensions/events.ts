import type { Dice, Dimensions } from "./dice.ts";
import type { GroupItem } from "./groups.ts";

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
  "no more Spot capacity",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Most of what happens, happens to one or two instances: it is on the same one that two stories meet. */
export function eventsOf({ random, may }: Dice, groups: readonly GroupItem[]): EventItem[] {
  const focus = Array.from({ length: 1 + random.int(2) }, () => ({
    group: random.pick(groups).name,
    nth: random.int(2),
  }));
  const span = random.pick([5, 60, 300, 900]);
  const kinds = EVENT_KINDS.filter(() => random.next() < 0.5);
  return Array.from({ length: 1 + random.int(6) }, () => {
    const kind = kinds.length === 0 || random.next() < 0.4 ? "warning" : random.pick(kinds);
    const where = random.next() < 0.7 ? random.pick(focus) : { group: random.pick(groups).name, nth: random.int(4) };
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
