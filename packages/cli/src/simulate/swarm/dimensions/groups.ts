import { type Dice, type Dimensions, several } from "./dice.ts";
import { nameIn, type PlaceItem } from "./places.ts";

export const CLUSTERS: readonly string[] = ["shop", "data"];

export const HOOKS = ["ours", "ours, to our queue", "somebody else's", "ours and somebody else's"] as const;
export const LAUNCH_HOOKS = ["ours", "somebody else's"] as const;

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
export const PROCESSES = [
  "Launch",
  "Terminate",
  "AddToLoadBalancer",
  "AlarmNotification",
  "AZRebalance",
  "HealthCheck",
  "InstanceRefresh",
  "ReplaceUnhealthy",
  "ScheduledActions",
] as const;

export interface GroupItem {
  readonly name: string;
  readonly place: string;
  readonly desired: number;
  readonly room: number;
  /** Whether it has a mixed instances policy: several types, weights, On-Demand beside Spot. Else one type, all Spot. */
  readonly mixed: boolean;
  readonly onDemandBase: number;
  /** Of what is above the base. */
  readonly onDemandPercent: number;
  /** A cluster of its place. */
  readonly cluster: string | null;
  /** Target groups of type `instance`, by name. */
  readonly targetGroups: readonly string[];
  readonly classic: boolean;
  readonly lattice: boolean;
  /** Whether its load balancers were attached as traffic sources. */
  readonly asTrafficSources: boolean;
  readonly hook: (typeof HOOKS)[number] | null;
  readonly launchHook: (typeof LAUNCH_HOOKS)[number] | null;
  readonly managedDraining: boolean;
  /** ECS keeps a scale-in from instances that have tasks. */
  readonly managedProtection: boolean;
  readonly agentSpotDraining: boolean;
  readonly capacityRebalance: boolean;
  readonly protectNew: boolean;
  /** Its first instance is protected from scale-in, the others are not. */
  readonly firstProtected: boolean;
  /** EC2's own protection of its first instance, which a group does not heed. */
  readonly terminationProtected: boolean;
  /** How many of its instances somebody launched and attached. */
  readonly attached: number;
  /** Its instance maintenance policy, in percent. */
  readonly maintenance: { readonly min: number; readonly max: number } | null;
  /** A person has put its last instance on standby. */
  readonly standby: boolean;
  readonly suspended: readonly (typeof PROCESSES)[number][];
  /** Its second type counts twice. */
  readonly weighted: boolean;
  /** Its first instance is registered with ECS a second time: the agent has lost what it was. */
  readonly registeredAgain: boolean;
}

export const groupsOf = (dice: Dice, place: PlaceItem, fronts: readonly string[]): GroupItem[] =>
  several(dice, 3, (index) => groupItem(dice, place, `group-${index}`, fronts));

const groupItem = ({ random, may }: Dice, place: PlaceItem, name: string, fronts: readonly string[]): GroupItem => {
  const cluster = may("no cluster") ? null : random.pick(CLUSTERS);
  const mixed = !may("launch template alone");
  const protectNew = may("protected");
  const desired = 1 + random.int(4);
  return {
    name: nameIn(place, name),
    place: place.name,
    desired,
    room: may("no room") ? 0 : 1 + random.int(4),
    mixed,
    onDemandBase: mixed && may("on-demand") ? 1 : 0,
    onDemandPercent: mixed && may("on-demand percentage") ? random.pick([25, 50]) : 0,
    cluster,
    targetGroups: may("fronts") || cluster === null ? fronts.filter(() => random.next() < 0.6) : [],
    classic: may("classic"),
    lattice: may("lattice"),
    asTrafficSources: may("traffic sources"),
    hook: may("hook") ? random.pick(HOOKS) : null,
    launchHook: may("launch hook") ? random.pick(LAUNCH_HOOKS) : null,
    managedDraining: cluster !== null && may("managed draining"),
    agentSpotDraining: cluster !== null && may("agent draining"),
    capacityRebalance: may("rebalancing"),
    protectNew,
    // Its instances must be protected from scale-in:
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html
    managedProtection: cluster !== null && protectNew && may("managed protection"),
    firstProtected: may("one protected"),
    terminationProtected: may("termination protection"),
    attached: may("attached") ? 1 : 0,
    maintenance: may("maintenance policy") ? random.pick(MAINTENANCE) : null,
    standby: may("standby"),
    suspended: may("suspended") ? suspendedOf(random) : [],
    weighted: mixed && may("weighted"),
    registeredAgain: cluster !== null && may("registered again"),
  };
};

/** At most a hundred points apart: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceMaintenancePolicy.html */
const MAINTENANCE = [
  { min: 100, max: 100 },
  { min: 90, max: 110 },
  { min: 100, max: 200 },
  { min: 0, max: 100 },
];

/** One process, or several of them. */
const suspendedOf = (random: Dice["random"]): GroupItem["suspended"] => {
  const some = PROCESSES.filter(() => random.next() < 0.25);
  return some.length > 1 ? some : [random.pick(PROCESSES.slice(0, 3))];
};

export const GROUP_DIMENSIONS: Dimensions<readonly GroupItem[]> = {
  "target group of instances": (groups) => groups.some((one) => one.targetGroups.length > 0),
  "several target groups": (groups) => groups.some((one) => one.targetGroups.length > 1),
  "group without a cluster": (groups) => groups.some(({ cluster }) => cluster === null),
  "group in a cluster": (groups) => groups.some(({ cluster }) => cluster !== null),
  "hook of ours": (groups) => groups.some(({ hook }) => hook === "ours"),
  "hook that tells our queue": (groups) => groups.some(({ hook }) => hook === "ours, to our queue"),
  "hook of somebody else": (groups) => groups.some(({ hook }) => hook === "somebody else's"),
  "hook of ours beside one of somebody else": (groups) =>
    groups.some(({ hook }) => hook === "ours and somebody else's"),
  "launching hook of ours": (groups) => groups.some(({ launchHook }) => launchHook === "ours"),
  "launching hook of somebody else": (groups) => groups.some(({ launchHook }) => launchHook === "somebody else's"),
  "mixed instances policy": (groups) => groups.some(({ mixed }) => mixed),
  "launch template alone": (groups) => groups.some(({ mixed }) => !mixed),
  "On-Demand percentage": (groups) => groups.some(({ onDemandPercent }) => onDemandPercent > 0),
  "load balancers as traffic sources": (groups) =>
    groups.some((one) => one.asTrafficSources && (one.targetGroups.length > 0 || one.classic)),
  "one instance protected from scale-in": (groups) => groups.some(({ firstProtected }) => firstProtected),
  "termination protection": (groups) => groups.some((one) => one.terminationProtected),
  "instance attached to its group": (groups) => groups.some(({ attached }) => attached > 0),
  "instance maintenance policy": (groups) => groups.some(({ maintenance }) => maintenance !== null),
  "instance on standby from the beginning": (groups) => groups.some(({ standby }) => standby),
  "several suspended processes": (groups) => groups.some(({ suspended }) => suspended.length > 1),
  "managed draining": (groups) => groups.some(({ managedDraining }) => managedDraining),
  "managed termination protection": (groups) => groups.some(({ managedProtection }) => managedProtection),
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
