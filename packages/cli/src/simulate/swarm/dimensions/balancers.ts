import { type Dice, type Dimensions, several } from "./dice.ts";
import { type Holder, type NthInstance, pickInstance } from "./focus.ts";
import { nameIn, type PlaceItem } from "./places.ts";

export interface TargetGroupItem {
  readonly name: string;
  readonly place: string;
  readonly type: "instance" | "ip";
  /** The deregistration delay in seconds, 0 to 3,600. */
  readonly delay: number;
  readonly balancer: "application" | "network" | "gateway" | null;
  /** Whether cross-zone load balancing is off: each node of the load balancer sends requests only to its own zone. */
  readonly crossZoneOff: boolean;
  /** The index of a zone that the load balancer is not enabled for: targets there are unused. Null for none. */
  readonly zoneOff: number | null;
}

/** A zonal shift: no traffic reaches targets in one zone of a place. */
export interface ShiftItem {
  readonly place: string;
  /** The index of the zone. */
  readonly zone: number;
}

/** A target that a person registered. */
export interface ByHandItem {
  /** The group, and the index of its instance. */
  readonly group: string;
  readonly nth: number;
  /**
   * The name of a target group. If its type is `instance`, the target is the instance's id; if `ip`, its private
   * address.
   */
  readonly targetGroup: string;
  readonly port: number;
  readonly state: (typeof STATES)[number];
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
const STATES = ["healthy", "initial", "unhealthy"] as const;

/** Makes target groups of both types: for instances, and for tasks of services. */
export const targetGroupsOf = (dice: Dice, place: PlaceItem): TargetGroupItem[] => [
  ...several(dice, 2, (index) => targetGroup(dice, place, `front-${index}`, "instance")),
  ...several(dice, 2, (index) => targetGroup(dice, place, `tasks-${index}`, "ip")),
];

export const targetGroup = (
  { random, may }: Dice,
  place: PlaceItem,
  name: string,
  type: TargetGroupItem["type"],
): TargetGroupItem => {
  const balancer = may("odd balancer") ? random.pick(["network", "gateway", null] as const) : "application";
  return {
    name: nameIn(place, name),
    place: place.name,
    type,
    delay: may("odd delay") ? random.pick([0, 300, 900, 3_600]) : random.pick([15, 30, 60, 90]),
    balancer,
    // A Gateway Load Balancer's target group has no such attribute:
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
    crossZoneOff: balancer !== "gateway" && may("cross-zone off"),
    // An Application Load Balancer needs at least two of the three zones:
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    zoneOff: balancer !== null && may("zone off") ? random.int(3) : null,
  };
};

/**
 * A zonal shift is about one zone at a time:
 * https://docs.aws.amazon.com/r53recovery/latest/dg/arc-zonal-shift.how-it-works.html
 */
export const shiftsOf = ({ random, may }: Dice, place: PlaceItem): ShiftItem[] =>
  may("zonal shift") ? [{ place: place.name, zone: random.int(3) }] : [];

/** @param fronts names of target groups of both types */
export const byHandOf = (
  dice: Dice,
  focus: readonly NthInstance[],
  holders: readonly Holder[],
  fronts: readonly string[],
): ByHandItem[] =>
  dice.may("by hand")
    ? several(dice, 2, () => byHand(dice, pickInstance(dice.random, focus, holders), fronts)).flat()
    : [];

/** Registers one instance in one target group, on one port or on several. */
const byHand = ({ random, may }: Dice, spot: NthInstance, fronts: readonly string[]): ByHandItem[] => {
  const where = { ...spot, targetGroup: random.pick(fronts) };
  const ports = may("several ports") ? PORTS : [random.pick(PORTS)];
  const state = may("not healthy at first") ? random.pick(STATES) : "healthy";
  return ports.map((port) => ({ ...where, port, state }));
};

const PORTS = [80, 8_080, 9_090];

export const TARGET_GROUP_DIMENSIONS: Dimensions<readonly TargetGroupItem[]> = {
  "no deregistration delay": (targetGroups) => targetGroups.some(({ delay }) => delay === 0),
  "an hour of deregistration delay": (targetGroups) => targetGroups.some(({ delay }) => delay === 3_600),
  "cross-zone load balancing off": (targetGroups) => targetGroups.some(({ crossZoneOff }) => crossZoneOff),
  "load balancer without the zone of targets": (targetGroups) => targetGroups.some(({ zoneOff }) => zoneOff !== null),
  "target group that no load balancer uses": (targetGroups) => targetGroups.some(({ balancer }) => balancer === null),
  "Network Load Balancer": (targetGroups) => targetGroups.some(({ balancer }) => balancer === "network"),
  "Gateway Load Balancer": (targetGroups) => targetGroups.some(({ balancer }) => balancer === "gateway"),
};

export const BY_HAND_DIMENSIONS: Dimensions<readonly ByHandItem[]> = {
  "target registered by hand": (byHand) => byHand.length > 0,
  "target registered by hand that is unhealthy": (byHand) => byHand.some(({ state }) => state === "unhealthy"),
  "target registered by hand, not yet checked": (byHand) => byHand.some(({ state }) => state === "initial"),
  "target registered by hand on several ports": (byHand) => {
    const seen = byHand.map(({ group, nth, targetGroup }) => `${group} ${nth} ${targetGroup}`);
    return new Set(seen).size < seen.length;
  },
};
