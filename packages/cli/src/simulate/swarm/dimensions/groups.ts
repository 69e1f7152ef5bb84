import { type Dice, type Dimensions, several } from "./dice.ts";
import { nameIn, type PlaceItem } from "./places.ts";

const CLUSTERS = ["shop", "data"];

export interface GroupItem {
  readonly name: string;
  readonly place: string;
  readonly desired: number;
  readonly room: number;
  readonly onDemandBase: number;
  /** A cluster of its place. */
  readonly cluster: string | null;
  /** Target groups of type `instance`, by name. */
  readonly targetGroups: readonly string[];
  readonly classic: boolean;
  readonly lattice: boolean;
  readonly hook: "ours" | "ours, to our queue" | "somebody else's" | null;
  readonly managedDraining: boolean;
  readonly agentSpotDraining: boolean;
  readonly capacityRebalance: boolean;
  readonly protectNew: boolean;
  readonly suspended: readonly string[];
  /** Its second type counts twice. */
  readonly weighted: boolean;
  /** Its first instance is registered with ECS a second time: the agent has lost what it was. */
  readonly registeredAgain: boolean;
}

export const groupsOf = (dice: Dice, place: PlaceItem, fronts: readonly string[]): GroupItem[] =>
  several(dice, 3, (index) => groupItem(dice, place, `group-${index}`, fronts));

const groupItem = ({ random, may }: Dice, place: PlaceItem, name: string, fronts: readonly string[]): GroupItem => {
  const cluster = may("no cluster") ? null : random.pick(CLUSTERS);
  return {
    name: nameIn(place, name),
    place: place.name,
    desired: 1 + random.int(4),
    room: may("no room") ? 0 : 1 + random.int(4),
    onDemandBase: may("on-demand") ? 1 : 0,
    cluster,
    targetGroups: may("fronts") || cluster === null ? fronts.filter(() => random.next() < 0.6) : [],
    classic: may("classic"),
    lattice: may("lattice"),
    hook: may("hook") ? random.pick(["ours", "ours, to our queue", "somebody else's"] as const) : null,
    managedDraining: cluster !== null && may("managed draining"),
    agentSpotDraining: cluster !== null && may("agent draining"),
    capacityRebalance: may("rebalancing"),
    protectNew: may("protected"),
    suspended: may("suspended") ? [random.pick(["Launch", "Terminate", "AddToLoadBalancer"])] : [],
    weighted: may("weighted"),
    registeredAgain: cluster !== null && may("registered again"),
  };
};

export const GROUP_DIMENSIONS: Dimensions<readonly GroupItem[]> = {
  "target group of instances": (groups) => groups.some((one) => one.targetGroups.length > 0),
  "several target groups": (groups) => groups.some((one) => one.targetGroups.length > 1),
  "group without a cluster": (groups) => groups.some(({ cluster }) => cluster === null),
  "group in a cluster": (groups) => groups.some(({ cluster }) => cluster !== null),
  "hook of ours": (groups) => groups.some(({ hook }) => hook === "ours"),
  "hook that tells our queue": (groups) => groups.some(({ hook }) => hook === "ours, to our queue"),
  "hook of somebody else": (groups) => groups.some(({ hook }) => hook === "somebody else's"),
  "managed draining": (groups) => groups.some(({ managedDraining }) => managedDraining),
  "Spot draining of the ECS agent": (groups) => groups.some(({ agentSpotDraining }) => agentSpotDraining),
  "Capacity Rebalancing": (groups) => groups.some(({ capacityRebalance }) => capacityRebalance),
  "scale-in protection": (groups) => groups.some(({ protectNew }) => protectNew),
  "suspended process": (groups) => groups.some(({ suspended }) => suspended.length > 0),
  "On-Demand base": (groups) => groups.some(({ onDemandBase }) => onDemandBase > 0),
  "no room to grow": (groups) => groups.some(({ room }) => room === 0),
  "weighted group": (groups) => groups.some(({ weighted }) => weighted),
  "instance registered twice": (groups) => groups.some(({ registeredAgain }) => registeredAgain),
  "Classic Load Balancer of a group": (groups) => groups.some(({ classic }) => classic),
  "VPC Lattice of a group": (groups) => groups.some(({ lattice }) => lattice),
};
