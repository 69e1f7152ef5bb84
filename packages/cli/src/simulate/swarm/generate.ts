import { createRandom, type Random } from "@spotkeeper/simulator";
import {
  type ByHandItem,
  EVENT_KINDS,
  type EventItem,
  FAULT_KINDS,
  type FaultItem,
  type GroupItem,
  type LifeItem,
  MAY,
  type ServiceItem,
  type SwarmWorld,
  type TargetGroupItem,
} from "./world.ts";

const CLUSTERS = ["shop", "data"];
/** The AWS operations that a fault can meet; null matches every operation. */
const OPERATIONS = [
  null,
  "DescribeInstances",
  "DescribeAutoScalingGroups",
  "ListContainerInstances",
  "DescribeTargetHealth",
  "DeregisterTargets",
  "UpdateContainerInstancesState",
  "SetDesiredCapacity",
  "DetachInstances",
  "TerminateInstanceInAutoScalingGroup",
  "TerminateInstances",
  "CompleteLifecycleAction",
  "StopTask",
];

/**
 * The world of a seed. Each world takes a random subset of the dimensions (swarm testing: Groce et al., ISSTA 2012), so
 * that combinations meet that would be rare if each world had a little of everything.
 */
export function generateWorld(seed: number): SwarmWorld {
  const random = createRandom(`swarm ${seed}`);
  const may = chooser(random);
  const list = <T>(most: number, make: (index: number) => T): T[] =>
    Array.from({ length: 1 + random.int(most) }, (_, index) => make(index));

  const targetGroups = [
    ...list(2, (index) => targetGroup(random, may, `front-${index}`, "instance")),
    ...list(2, (index) => targetGroup(random, may, `tasks-${index}`, "ip")),
  ];
  const fronts = targetGroups.filter(({ type }) => type === "instance").map(({ name }) => name);
  const groups = list(3, (index) => groupItem(random, may, `group-${index}`, fronts));
  const joined = [...new Set(groups.flatMap(({ cluster }) => cluster ?? []))];
  const tasks = targetGroups.filter(({ type }) => type === "ip").map(({ name }) => name);
  const services = joined.flatMap((cluster) => list(2, (index) => serviceItem(random, may, cluster, index, tasks)));
  return {
    seed,
    warm: random.next() < 0.7,
    policy: {
      replace: may("replace") ? random.pick(["detach", "raise"] as const) : "never",
      onRebalance: random.pick(["ignore", "alert", "drain", "replace"] as const),
      holdLast: !may("not held"),
      replaceCap: random.pick([0.2, 0.5, 1]),
      may: may("forbidden") ? random.pick(MAY) : "everything",
      holdHooks: random.pick([0, 30, 600]),
      onDemand: may("on-demand for a time"),
    },
    targetGroups,
    groups,
    services,
    byHand: may("by hand") ? list(2, () => byHand(random, groups, fronts)) : [],
    events: events(random, may, groups),
    faults: may("faults") ? list(2, () => faultItem(random)) : [],
    lives: may("lives") ? list(3, () => lifeItem(random)).toSorted((one, other) => one.crossing - other.crossing) : [],
  };
}

/** Whether a dimension is among this world's, and then whether it applies here: about half of them are, each. */
type May = (dimension: string) => boolean;

function chooser(random: Random): May {
  const chosen = new Map<string, boolean>();
  return (dimension) => {
    const known = chosen.get(dimension) ?? random.next() < 0.5;
    chosen.set(dimension, known);
    return known && random.next() < 0.6;
  };
}

const targetGroup = (random: Random, may: May, name: string, type: TargetGroupItem["type"]): TargetGroupItem => ({
  name,
  type,
  delay: may("odd delay") ? random.pick([0, 300, 3_600]) : random.pick([15, 30, 60]),
  balancer: may("odd balancer") ? random.pick(["network", "gateway", null] as const) : "application",
});

const groupItem = (random: Random, may: May, name: string, fronts: readonly string[]): GroupItem => {
  const cluster = may("no cluster") ? null : random.pick(CLUSTERS);
  return {
    name,
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

const serviceItem = (
  random: Random,
  may: May,
  cluster: string,
  index: number,
  tasks: readonly string[],
): ServiceItem => {
  const daemon = may("daemon");
  return {
    name: `${cluster}-${index}`,
    cluster,
    desired: 1 + random.int(4),
    daemon,
    minimumHealthyPercent: daemon ? 0 : random.pick([0, 50, 100]),
    stopTimeout: may("stop timeout") ? random.pick([2, 30, 120]) : null,
    targetGroup: !daemon && random.next() < 0.7 ? random.pick(tasks) : null,
    alternate: !daemon && may("alternate") ? random.pick(tasks) : null,
    ipv6Only: may("ipv6"),
    traffic: may("traffic") ? random.pick(["classic", "lattice", "discovery"] as const) : null,
  };
};

const byHand = (random: Random, groups: readonly GroupItem[], fronts: readonly string[]): ByHandItem => ({
  group: random.pick(groups).name,
  nth: random.int(4),
  targetGroup: random.pick(fronts),
  port: random.pick([80, 8_080, 9_090]),
});

/** Most of what happens, happens to one or two instances: it is on the same one that two stories meet. */
function events(random: Random, may: May, groups: readonly GroupItem[]): EventItem[] {
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

const faultItem = (random: Random): FaultItem => ({
  kind: random.pick(FAULT_KINDS),
  operation: random.pick(OPERATIONS),
  skip: random.int(20),
  times: 1 + random.int(6),
});

const lifeItem = (random: Random): LifeItem => ({
  kind: random.pick(["killed before", "killed after", "frozen"] as const),
  crossing: random.int(random.pick([20, 100, 400])),
  pause: random.pick([0, 2, 15, 40]),
});
