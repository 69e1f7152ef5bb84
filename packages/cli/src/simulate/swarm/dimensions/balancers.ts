import { type Dice, type Dimensions, several } from "./dice.ts";
import type { GroupItem } from "./groups.ts";
import { nameIn, type PlaceItem } from "./places.ts";

export interface TargetGroupItem {
  readonly name: string;
  readonly place: string;
  readonly type: "instance" | "ip";
  /** Seconds, 0 to 3,600. */
  readonly delay: number;
  readonly balancer: "application" | "network" | "gateway" | null;
}

/** Targets that a person registered. */
export interface ByHandItem {
  /** The group's n-th instance. */
  readonly group: string;
  readonly nth: number;
  readonly targetGroup: string;
  readonly port: number;
}

/** Target groups of both types, of a service's tasks and of instances. */
export const targetGroupsOf = (dice: Dice, place: PlaceItem): TargetGroupItem[] => [
  ...several(dice, 2, (index) => targetGroup(dice, place, `front-${index}`, "instance")),
  ...several(dice, 2, (index) => targetGroup(dice, place, `tasks-${index}`, "ip")),
];

export const targetGroup = (
  { random, may }: Dice,
  place: PlaceItem,
  name: string,
  type: TargetGroupItem["type"],
): TargetGroupItem => ({
  name: nameIn(place, name),
  place: place.name,
  type,
  delay: may("odd delay") ? random.pick([0, 300, 3_600]) : random.pick([15, 30, 60]),
  balancer: may("odd balancer") ? random.pick(["network", "gateway", null] as const) : "application",
});

export const byHandOf = (dice: Dice, groups: readonly GroupItem[], fronts: readonly string[]): ByHandItem[] =>
  dice.may("by hand") ? several(dice, 2, () => byHand(dice, groups, fronts)) : [];

const byHand = ({ random }: Dice, groups: readonly GroupItem[], fronts: readonly string[]): ByHandItem => ({
  group: random.pick(groups).name,
  nth: random.int(4),
  targetGroup: random.pick(fronts),
  port: random.pick([80, 8_080, 9_090]),
});

export const TARGET_GROUP_DIMENSIONS: Dimensions<readonly TargetGroupItem[]> = {
  "no deregistration delay": (targetGroups) => targetGroups.some(({ delay }) => delay === 0),
  "an hour of deregistration delay": (targetGroups) => targetGroups.some(({ delay }) => delay === 3_600),
  "Network Load Balancer": (targetGroups) => targetGroups.some(({ balancer }) => balancer === "network"),
  "Gateway Load Balancer": (targetGroups) => targetGroups.some(({ balancer }) => balancer === "gateway"),
};

export const BY_HAND_DIMENSIONS: Dimensions<readonly ByHandItem[]> = {
  "target registered by hand": (byHand) => byHand.length > 0,
};
