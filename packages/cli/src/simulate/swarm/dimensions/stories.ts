import type { Random } from "@spotkeeper/simulator";
import { type Dice, type Dimensions, several } from "./dice.ts";
import type { EventItem, EventKind } from "./events.ts";
import { type Holder, instanceIn, type NthInstance } from "./focus.ts";
import type { OutageItem } from "./outages.ts";

/** A sequence of events on one instance; random events would seldom produce it. */
interface Story {
  readonly events: readonly EventItem[];
  readonly outages: readonly OutageItem[];
}

/** An event, and its time in seconds after the previous one. */
type Chapter = readonly [after: number, kind: EventKind];

/** Changes by a person; the worker must not undo them. */
const BY_HAND: readonly EventKind[] = [
  "a person deregisters it",
  "a person sets it DRAINING",
  "a person puts it on standby",
  "a person quarantines it",
];

/** Events while an instance with a recommendation is replaced. */
const WHILE_REPLACED: readonly EventKind[] = [
  "a person sets desired capacity",
  "a person has its group terminate it",
  "a person detaches it",
  "a person puts it on standby",
  "a person lowers the maximum",
  "scale-in",
  "no more Spot capacity",
  "warning",
  "cancelled notice",
];

const STORIES: readonly ((random: Random) => readonly Chapter[])[] = [
  (random) => [
    [0, random.pick(BY_HAND)],
    [random.pick([5, 40, 200]), "cancelled notice"],
  ],
  (random) => [
    [0, "cancelled notice"],
    [random.pick([10, 60, 200, 260]), random.pick(BY_HAND)],
  ],
  (random) => [
    [0, "recommendation"],
    [random.pick([5, 30, 90, 200]), random.pick(WHILE_REPLACED)],
  ],
  (random) => [
    [0, "no more Spot capacity"],
    [1, random.pick<EventKind>(["recommendation", "recommendation", "warning", "cancelled notice"])],
    random.pick<Chapter>([
      [60, "a person sets desired capacity"],
      [900, "Spot capacity again"],
    ]),
  ],
  (random) => [[0, random.pick<EventKind>(["cancelled notice", "recommendation"])]],
];

/** Uses its own random stream, so that a new story does not change the other parts of a world. */
export function storiesOf(dice: Dice, focus: readonly NthInstance[], holders: readonly Holder[]): Story {
  const { random, may } = dice;
  // Half of the stories are on an instance that has other events, too.
  const where = (): NthInstance => (random.next() < 0.5 ? random.pick(focus) : instanceIn(random, holders));
  const told = random.next() < 0.5 && focus.length > 0 ? several(dice, 2, () => story(random, where())) : [];
  // A scale-in that cannot be recorded, while its hook waits.
  const unrecorded = may("nothing is recorded") && focus.length > 0 ? [endUnrecorded(random, where())] : [];
  const all = [...told, ...unrecorded];
  return { events: all.flatMap(({ events }) => events), outages: all.flatMap(({ outages }) => outages) };
}

function story(random: Random, where: NthInstance): Story {
  let at = random.int(200);
  const events = random
    .pick(STORIES)(random)
    .map(([after, kind]): EventItem => {
      at += after;
      return { at, kind, ...where, late: 0, copies: 0 };
    });
  return { events, outages: [] };
}

function endUnrecorded(random: Random, where: NthInstance): Story {
  const at = 5 + random.int(200);
  return {
    events: [{ at, kind: "scale-in", ...where, late: 0, copies: 0 }],
    outages: [
      {
        kind: random.pick(["ledger full", "ledger away"] as const),
        from: at - 5,
        lasts: random.pick([40, 150]),
        of: null,
      },
    ],
  };
}

/** Whether one of the first events is followed by one of the others on the same instance. */
const follows =
  (first: readonly EventKind[], then: readonly EventKind[]) =>
  ({ events }: Story): boolean =>
    events.some(
      (one) =>
        first.includes(one.kind) &&
        events.some(
          ({ kind, at, group, nth }) =>
            then.includes(kind) && at >= one.at && group === one.group && nth === one.nth && kind !== one.kind,
        ),
    );

export const STORY_DIMENSIONS: Dimensions<Story> = {
  "cancelled notice about an instance that a person changed": follows(BY_HAND, ["cancelled notice"]),
  "person who changes the instance of a cancelled notice": follows(["cancelled notice"], BY_HAND),
  "person who sets desired capacity after a recommendation": follows(
    ["recommendation"],
    ["a person sets desired capacity"],
  ),
  "recommendation where Spot has no capacity": follows(["no more Spot capacity"], ["recommendation"]),
  "warning where Spot has no capacity": follows(["no more Spot capacity"], ["warning", "cancelled notice"]),
  "scale-in that nobody can record": ({ events, outages }) =>
    events.some(
      ({ kind, at }) =>
        kind === "scale-in" &&
        outages.some((one) => one.kind.startsWith("ledger") && one.from <= at && at < one.from + one.lasts),
    ),
};
