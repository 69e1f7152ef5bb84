import { smallerPolicies } from "./swarm-policy.ts";
import type { SwarmWorld } from "./world.ts";

/** The lists of a world whose items can be left out. */
const LISTS = [
  "events",
  "lives",
  "messages",
  "faults",
  "outages",
  "clocks",
  "byHand",
  "shifts",
  "owners",
  "containers",
  "standalone",
  "services",
  "groups",
  "alone",
  "managed",
  "targetGroups",
  "places",
] as const;

/** The same lists of a user's fleet. */
const FACTS = ["tasks", "services", "classicLoadBalancers", "targetGroups", "instances", "groups"] as const;

export interface ShrinkOptions {
  /** Returns true if a world still breaks the same invariant. */
  readonly stillFails: (world: SwarmWorld) => Promise<boolean>;
  /** The most worlds to try. */
  readonly most: number;
}

/**
 * Returns the smallest world found that still fails. Items are left out, many at a time and then one by one, and
 * unusual values are replaced by usual ones, until nothing more can be removed or the limit is reached.
 */
export async function shrinkWorld(failing: SwarmWorld, { stillFails, most }: ShrinkOptions): Promise<SwarmWorld> {
  let smallest = failing;
  let tried = 0;
  for (let before: SwarmWorld | null = null; before !== smallest && tried < most;) {
    before = smallest;
    for (const smaller of candidates(smallest)) {
      if (tried >= most) break;
      tried += 1;
      if (!(await stillFails(smaller))) continue;
      smallest = smaller;
      break;
    }
  }
  return smallest;
}

/** Yields smaller worlds, the largest reductions first. */
function* candidates(world: SwarmWorld): Generator<SwarmWorld> {
  for (const list of LISTS) for (const items of shorter(world[list])) yield { ...world, [list]: items };
  const { user } = world;
  if (user !== null)
    for (const list of FACTS)
      for (const items of shorter(user.facts[list]))
        yield { ...world, user: { ...user, facts: { ...user.facts, [list]: items } } };
  if (world.policy.written !== null)
    for (const policy of smallerPolicies(world.policy.written)) yield { ...world, policy };
  if (world.workers > 1) yield { ...world, workers: 1 };
  if (world.readLag > 0) yield { ...world, readLag: 0 };
  if (!world.warm) yield { ...world, warm: true };
  if (world.bareHooks) yield { ...world, bareHooks: false };
  for (const list of LISTS)
    for (const [index, item] of world[list].entries())
      for (const usual of usualItems(item)) yield { ...world, [list]: world[list].with(index, usual as never) };
}

/** Yields the list without a half of it, without a quarter, … and without one item. */
function* shorter(items: readonly unknown[]): Generator<readonly unknown[]> {
  for (let size = items.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < items.length; from += size) yield [...items.slice(0, from), ...items.slice(from + size)];
  }
}

/** The usual value of each field; a reduction sets one at a time. */
const USUAL: { readonly [field: string]: unknown } = {
  late: 0,
  copies: 0,
  classic: false,
  lattice: false,
  hook: null,
  launchHook: null,
  mixed: true,
  onDemandPercent: 0,
  asTrafficSources: false,
  firstProtected: false,
  terminationProtected: false,
  attached: 0,
  maintenance: null,
  standby: false,
  crossZoneOff: false,
  zoneOff: null,
  state: "healthy",
  managedDraining: false,
  managedScaling: false,
  managedProtection: false,
  agentSpotDraining: false,
  capacityRebalance: false,
  protectNew: false,
  daemon: false,
  launch: "EC2",
  controller: "ECS",
  withoutPrimary: false,
  traffic: null,
  alternate: null,
  addresses: "ipv4",
  tasks: "stop when told",
  large: false,
  deploying: false,
  ignoresSigterm: false,
  weighted: false,
  registeredAgain: false,
  launching: false,
  refreshing: false,
  held: false,
  rebalancing: false,
  retained: false,
  retains: false,
  warmPool: null,
  stopTimeout: null,
  onDemandBase: 0,
  delay: 30,
  balancer: "application",
};

function* usualItems(item: object): Generator<object> {
  for (const [field, usual] of Object.entries(USUAL)) {
    if (field in item && Reflect.get(item, field) !== usual) yield { ...item, [field]: usual };
  }
  if ("desired" in item && typeof item.desired === "number" && item.desired > 1)
    yield { ...item, desired: item.desired - 1 };
  if ("suspended" in item && Array.isArray(item.suspended) && item.suspended.length > 0)
    yield { ...item, suspended: [] };
  if ("targetGroups" in item && Array.isArray(item.targetGroups))
    for (const name of item.targetGroups)
      yield { ...item, targetGroups: item.targetGroups.filter((one: unknown) => one !== name) };
}
