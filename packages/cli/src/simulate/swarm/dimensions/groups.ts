import type { WarmPool } from "@spotkeeper/simulator";
import { PROCESSES } from "../../../facts/document.ts";
import { type Dice, type Dimensions, several } from "./dice.ts";
import { nameIn, type PlaceItem } from "./places.ts";

export const CLUSTERS: readonly string[] = ["shop", "data"];

export const HOOKS = ["ours", "ours, to our queue", "somebody else's", "ours and somebody else's"] as const;
export const LAUNCH_HOOKS = ["ours", "somebody else's"] as const;

export interface GroupItem {
  readonly name: string;
  readonly place: string;
  readonly desired: number;
  readonly room: number;
  /**
   * Whether it has a mixed instances policy, with several types, weights, and On-Demand besides Spot. Otherwise it has
   * one type, all Spot.
   */
  readonly mixed: boolean;
  readonly onDemandBase: number;
  /** The On-Demand share above the base, in percent. */
  readonly onDemandPercent: number;
  /** A cluster of its place; null for none. */
  readonly cluster: string | null;
  /** Names of target groups of type `instance`. */
  readonly targetGroups: readonly string[];
  readonly classic: boolean;
  readonly lattice: boolean;
  /** Whether its load balancers are attached as traffic sources. */
  readonly asTrafficSources: boolean;
  readonly hook: (typeof HOOKS)[number] | null;
  readonly launchHook: (typeof LAUNCH_HOOKS)[number] | null;
  readonly managedDraining: boolean;
  /** ECS sets its desired capacity to what the tasks need. */
  readonly managedScaling: boolean;
  /** ECS protects instances with tasks from scale-in. */
  readonly managedProtection: boolean;
  readonly agentSpotDraining: boolean;
  readonly capacityRebalance: boolean;
  readonly protectNew: boolean;
  /** Only its first instance is protected from scale-in. */
  readonly firstProtected: boolean;
  /** Its first instance has EC2's termination protection, which a group ignores. */
  readonly terminationProtected: boolean;
  /** The number of its instances that somebody launched and attached. */
  readonly attached: number;
  /** Its instance maintenance policy, in percent. */
  readonly maintenance: { readonly min: number; readonly max: number } | null;
  /** A person has put its last instance on standby. */
  readonly standby: boolean;
  readonly suspended: readonly (typeof PROCESSES)[number][];
  /** An instance of its second type counts as two units. */
  readonly weighted: boolean;
  /** Its first instance is registered with ECS a second time: the agent has lost its state. */
  readonly registeredAgain: boolean;
  /** When the worker starts, desired capacity has just been raised by one, and the group launches an instance. */
  readonly launching: boolean;
  /** When the worker starts, an instance refresh is in progress. */
  readonly refreshing: boolean;
  /** When the worker starts, its last instance is being replaced, and somebody else's hook keeps it waiting. */
  readonly held: boolean;
  /** When the worker starts, Capacity Rebalancing launches a replacement of its first Spot Instance. */
  readonly rebalancing: boolean;
  /** The group retains an instance whose terminating hook is abandoned, and somebody else's hook abandons. */
  readonly retains: boolean;
  /** The group already has a retained instance. */
  readonly retained: boolean;
  /** A group with a warm pool is all On-Demand. */
  readonly warmPool: WarmPool | null;
}

export const groupsOf = (dice: Dice, place: PlaceItem, fronts: readonly string[]): GroupItem[] =>
  several(dice, 3, (index) => groupItem(dice, place, `group-${index}`, fronts));

const groupItem = ({ random, may }: Dice, place: PlaceItem, name: string, fronts: readonly string[]): GroupItem => {
  const cluster = may("no cluster") ? null : random.pick(CLUSTERS);
  const protectNew = may("protected");
  const warmPool = may("warm pool") ? warmPoolOf(random, cluster !== null) : null;
  // Until 2025 PutWarmPool was refused for a mixed instances policy, and it still is for Spot Instances:
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html (limitations)
  const mixed = !may("launch template alone") && warmPool === null;
  const desired = 1 + random.int(4);
  const room = may("no room") ? 0 : 1 + random.int(4);
  const hook = may("hook") ? random.pick(HOOKS) : null;
  // TerminateHookAbandon needs a terminating hook:
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-lifecycle-policy.html
  const theirs = hook === "somebody else's" || hook === "ours and somebody else's";
  const retains = theirs && may("retains");
  const capacityRebalance = may("rebalancing");
  const weighted = mixed && may("weighted");
  // "Instance weighting isn't supported":
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers-create-auto-scaling-group.html
  const managedScaling = cluster !== null && !weighted && may("managed scaling");
  return {
    name: nameIn(place, name),
    place: place.name,
    desired,
    room,
    mixed,
    onDemandBase: mixed && may("on-demand") ? 1 : 0,
    onDemandPercent: mixed && may("on-demand percentage") ? random.pick([25, 50]) : 0,
    cluster,
    targetGroups: may("fronts") || cluster === null ? fronts.filter(() => random.next() < 0.6) : [],
    classic: may("classic"),
    lattice: may("lattice"),
    asTrafficSources: may("traffic sources"),
    hook,
    launchHook: may("launch hook") ? random.pick(LAUNCH_HOOKS) : null,
    managedDraining: cluster !== null && may("managed draining"),
    agentSpotDraining: cluster !== null && may("agent draining"),
    capacityRebalance,
    protectNew,
    managedScaling,
    // Its instances must be protected from scale-in, and it has no effect without managed scaling:
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html
    managedProtection: managedScaling && protectNew && may("managed protection"),
    firstProtected: may("one protected"),
    terminationProtected: may("termination protection"),
    attached: warmPool === null && may("attached") ? 1 : 0,
    maintenance: may("maintenance policy") ? random.pick(MAINTENANCE) : null,
    standby: may("standby"),
    suspended: may("suspended") ? suspendedOf(random) : [],
    weighted,
    registeredAgain: cluster !== null && may("registered again"),
    launching: room > 0 && may("launching"),
    refreshing: may("refreshing"),
    held: theirs && may("held"),
    rebalancing: capacityRebalance && warmPool === null && may("rebalancing under way"),
    retains,
    retained: retains && warmPool === null && may("retained"),
    warmPool,
  };
};

/**
 * ECS does not support warm pools with reuse:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-warm-pool.html
 */
const warmPoolOf = (random: Dice["random"], isOfEcs: boolean): WarmPool => ({
  state: random.pick(["Stopped", "Running", "Hibernated"] as const),
  reuseOnScaleIn: random.next() < 0.7 && !isOfEcs,
});

/**
 * The two differ by 100 at most:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceMaintenancePolicy.html
 */
const MAINTENANCE = [
  { min: 100, max: 100 },
  { min: 90, max: 110 },
  { min: 100, max: 200 },
  { min: 0, max: 100 },
];

/** Suspends one process, or several. */
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
  "managed scaling": (groups) => groups.some(({ managedScaling }) => managedScaling),
  "managed termination protection": (groups) => groups.some(({ managedProtection }) => managedProtection),
  "Spot draining of the ECS agent": (groups) => groups.some(({ agentSpotDraining }) => agentSpotDraining),
  "Capacity Rebalancing": (groups) => groups.some(({ capacityRebalance }) => capacityRebalance),
  "scale-in protection": (groups) => groups.some(({ protectNew }) => protectNew),
  "suspended process": (groups) => groups.some(({ suspended }) => suspended.length > 0),
  "On-Demand base": (groups) => groups.some(({ onDemandBase }) => onDemandBase > 0),
  "no room to grow": (groups) => groups.some(({ room }) => room === 0),
  "weighted group": (groups) => groups.some(({ weighted }) => weighted),
  "instance registered twice": (groups) => groups.some(({ registeredAgain }) => registeredAgain),
  "launch under way from the beginning": (groups) => groups.some(({ launching }) => launching),
  "instance refresh under way from the beginning": (groups) => groups.some(({ refreshing }) => refreshing),
  "instance held by somebody else's hook from the beginning": (groups) => groups.some(({ held }) => held),
  "Capacity Rebalancing under way from the beginning": (groups) => groups.some(({ rebalancing }) => rebalancing),
  "group that retains what a hook abandons": (groups) => groups.some(({ retains }) => retains),
  "instance retained from the beginning": (groups) => groups.some(({ retained }) => retained),
  "warm pool of stopped instances": (groups) => groups.some(({ warmPool }) => warmPool?.state === "Stopped"),
  "warm pool of running instances": (groups) => groups.some(({ warmPool }) => warmPool?.state === "Running"),
  "warm pool of hibernated instances": (groups) => groups.some(({ warmPool }) => warmPool?.state === "Hibernated"),
  "warm pool that takes back what is scaled in": (groups) =>
    groups.some((one) => one.warmPool?.reuseOnScaleIn === true),
  "Classic Load Balancer of a group": (groups) => groups.some(({ classic }) => classic),
  "VPC Lattice of a group": (groups) => groups.some(({ lattice }) => lattice),
};
