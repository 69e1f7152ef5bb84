/**
 * One generated world as plain JSON: what there is, what happens, and what goes wrong. A seed gives one; a failing one is
 * made smaller by leaving out items of its lists, so that every item stands by itself: what it refers to and is not there
 * is simply not there.
 */
export interface SwarmWorld {
  readonly seed: number;
  /** Whether the inventory knows the fleet before anything happens. */
  readonly warm: boolean;
  readonly policy: SwarmPolicy;
  readonly targetGroups: readonly TargetGroupItem[];
  readonly groups: readonly GroupItem[];
  readonly services: readonly ServiceItem[];
  /** Targets that a person registered. */
  readonly byHand: readonly ByHandItem[];
  readonly events: readonly EventItem[];
  readonly faults: readonly FaultItem[];
  readonly lives: readonly LifeItem[];
}

/** What the policy of the world says where it differs from the defaults. */
export interface SwarmPolicy {
  readonly replace: "never" | "detach" | "raise";
  readonly onRebalance: "ignore" | "alert" | "drain" | "replace";
  readonly holdLast: boolean;
  readonly replaceCap: number;
  /** What the policy lets the worker do. */
  readonly may: (typeof MAY)[number];
  /** Seconds. */
  readonly holdHooks: number;
  /** On-Demand for a minute where Spot has no capacity. */
  readonly onDemand: boolean;
}

export const MAY = ["everything", "not deregister", "not drain", "nothing", "only say it"] as const;

export interface TargetGroupItem {
  readonly name: string;
  readonly type: "instance" | "ip";
  /** Seconds, 0 to 3,600. */
  readonly delay: number;
  readonly balancer: "application" | "network" | "gateway" | null;
}

export interface GroupItem {
  readonly name: string;
  readonly desired: number;
  readonly room: number;
  readonly onDemandBase: number;
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

export interface ServiceItem {
  readonly name: string;
  readonly cluster: string;
  readonly desired: number;
  readonly daemon: boolean;
  readonly minimumHealthyPercent: number;
  /** Seconds; null: ECS's own default. */
  readonly stopTimeout: number | null;
  /** A target group of type `ip`, by name; null: none. */
  readonly targetGroup: string | null;
  /** The other one of a pair that takes turns; null: none. */
  readonly alternate: string | null;
  readonly ipv6Only: boolean;
  readonly traffic: "classic" | "lattice" | "discovery" | null;
}

export interface ByHandItem {
  /** The group's n-th instance. */
  readonly group: string;
  readonly nth: number;
  readonly targetGroup: string;
  readonly port: number;
}

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

export const FAULT_KINDS = ["throttle", "html", "reset", "lost", "denied"] as const;

/** What meets calls that match, from `from` to `until`, in seconds. */
export interface FaultItem {
  readonly kind: (typeof FAULT_KINDS)[number];
  /** The name of an AWS operation; null matches every operation. */
  readonly operation: string | null;
  readonly skip: number;
  readonly times: number;
}

/** What happens to a worker at the n-th time that it crosses its own boundary: a call, a commit, a message to people. */
export interface LifeItem {
  readonly kind: "killed before" | "killed after" | "frozen";
  readonly crossing: number;
  /** Seconds until the next worker starts, or until it thaws. */
  readonly pause: number;
}

/** The dimensions of a world, by name, with what of it belongs to each: what was met is counted by this. */
export const DIMENSIONS: { readonly [name: string]: (world: SwarmWorld) => boolean } = {
  "warm inventory": ({ warm }) => warm,
  "empty inventory": ({ warm }) => !warm,
  "replaced by raise": ({ policy }) => policy.replace === "raise",
  "replaced by detach": ({ policy }) => policy.replace === "detach",
  "recommendations drain": ({ policy }) => policy.onRebalance === "drain",
  "recommendations replace": ({ policy }) => policy.onRebalance === "replace",
  "policy forbids to deregister": ({ policy }) => policy.may === "not deregister",
  "policy forbids to drain": ({ policy }) => policy.may === "not drain",
  "policy forbids to act": ({ policy }) => policy.may === "nothing",
  "dry run": ({ policy }) => policy.may === "only say it",
  "hooks held for ten minutes": ({ policy }) => policy.holdHooks === 600,
  "On-Demand for a time": ({ policy }) => policy.onDemand,
  "last targets not held": ({ policy }) => !policy.holdLast,
  "target group of instances": ({ groups }) => groups.some((one) => one.targetGroups.length > 0),
  "several target groups": ({ groups }) => groups.some((one) => one.targetGroups.length > 1),
  "target registered by hand": ({ byHand }) => byHand.length > 0,
  "no deregistration delay": ({ targetGroups }) => targetGroups.some(({ delay }) => delay === 0),
  "an hour of deregistration delay": ({ targetGroups }) => targetGroups.some(({ delay }) => delay === 3_600),
  "Network Load Balancer": ({ targetGroups }) => targetGroups.some(({ balancer }) => balancer === "network"),
  "Gateway Load Balancer": ({ targetGroups }) => targetGroups.some(({ balancer }) => balancer === "gateway"),
  "group without a cluster": ({ groups }) => groups.some(({ cluster }) => cluster === null),
  "group in a cluster": ({ groups }) => groups.some(({ cluster }) => cluster !== null),
  "Classic Load Balancer": ({ groups, services }) =>
    groups.some(({ classic }) => classic) || services.some(({ traffic }) => traffic === "classic"),
  "VPC Lattice": ({ groups, services }) =>
    groups.some(({ lattice }) => lattice) || services.some(({ traffic }) => traffic === "lattice"),
  "Cloud Map": ({ services }) => services.some(({ traffic }) => traffic === "discovery"),
  "hook of ours": ({ groups }) => groups.some(({ hook }) => hook === "ours"),
  "hook that tells our queue": ({ groups }) => groups.some(({ hook }) => hook === "ours, to our queue"),
  "hook of somebody else": ({ groups }) => groups.some(({ hook }) => hook === "somebody else's"),
  "managed draining": ({ groups }) => groups.some(({ managedDraining }) => managedDraining),
  "Spot draining of the ECS agent": ({ groups }) => groups.some(({ agentSpotDraining }) => agentSpotDraining),
  "Capacity Rebalancing": ({ groups }) => groups.some(({ capacityRebalance }) => capacityRebalance),
  "scale-in protection": ({ groups }) => groups.some(({ protectNew }) => protectNew),
  "suspended process": ({ groups }) => groups.some(({ suspended }) => suspended.length > 0),
  "On-Demand base": ({ groups }) => groups.some(({ onDemandBase }) => onDemandBase > 0),
  "no room to grow": ({ groups }) => groups.some(({ room }) => room === 0),
  "weighted group": ({ groups }) => groups.some(({ weighted }) => weighted),
  "instance registered twice": ({ groups }) => groups.some(({ registeredAgain }) => registeredAgain),
  "blue and green target groups": ({ services }) => services.some(({ alternate }) => alternate !== null),
  "tasks with IPv6 addresses only": ({ services }) => services.some(({ ipv6Only }) => ipv6Only),
  "daemon service": ({ services }) => services.some(({ daemon }) => daemon),
  "minimum healthy percent 100": ({ services }) => services.some((one) => one.minimumHealthyPercent === 100),
  "minimum healthy percent 0": ({ services }) => services.some((one) => one.minimumHealthyPercent === 0),
  "stop timeout of 120 s": ({ services }) => services.some(({ stopTimeout }) => stopTimeout === 120),
  "late message": ({ events }) => events.some(({ late }) => late > 0),
  "message more than once": ({ events }) => events.some(({ copies }) => copies > 0),
  ...Object.fromEntries(
    EVENT_KINDS.map((kind) => [kind, ({ events }: SwarmWorld) => events.some((one) => one.kind === kind)]),
  ),
  ...Object.fromEntries(
    FAULT_KINDS.map((kind) => [`fault: ${kind}`, ({ faults }: SwarmWorld) => faults.some((one) => one.kind === kind)]),
  ),
  "killed before an effect": ({ lives }) => lives.some(({ kind }) => kind === "killed before"),
  "killed after an effect": ({ lives }) => lives.some(({ kind }) => kind === "killed after"),
  frozen: ({ lives }) => lives.some(({ kind }) => kind === "frozen"),
};
