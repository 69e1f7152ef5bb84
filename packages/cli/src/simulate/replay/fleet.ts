import type { Signal } from "@spotkeeper/controller";
import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  createWorld,
  defineTask,
  type Region,
  regionOf,
  type World,
  type WorldOptions,
} from "@spotkeeper/simulator";
import { ACCOUNT, REGION } from "../lab.ts";
import type { FleetFacts, GroupFacts, ServiceFacts } from "./facts.ts";

/** Where instances are that no facts and no message place. */
const SOMEWHERE = "replayed";
/** Beside those that are named, so that work has where to go. */
const SPARE = 2;

/** A fleet that has the instances which the facts and the messages name. It sends nothing: all that is heard is replayed. */
export function replayFleet(wiring: WorldOptions, facts: FleetFacts, signals: readonly Signal[]): World {
  const world = createWorld(wiring);
  const groups = [...facts.groups.map((group) => placed(group, signals)), ...groupsOf(signals, facts)];
  for (const group of groups) addGroup(world, group);
  const services = [...facts.services, ...servicesOf(groups, facts)];
  for (const region of world.regions.values()) {
    for (const service of services) if (region.clusters.has(service.cluster)) addService(world, region, service);
  }
  return world;
}

/**
 * With the hooks that messages name. A group that names no account or region is where a message places one of its
 * instances; else where the first does.
 */
function placed(group: GroupFacts, signals: readonly Signal[]): GroupFacts {
  const ids = new Set(group.instances.map(({ id }) => id));
  const own = signals.filter(({ subject }) => ids.has(subject.id));
  const find = (part: "account" | "region"): string | null =>
    [...own, ...signals].map((signal) => signal[part]).find((one) => one !== null) ?? null;
  // What a message says of a hook is so, whether the facts name it or not.
  const hooks = own.flatMap(terminatingHooks);
  return {
    ...group,
    account: group.account ?? find("account"),
    region: group.region ?? find("region"),
    hooks: [...new Set([...group.hooks, ...hooks])],
  };
}

const terminatingHooks = (signal: Signal): readonly string[] =>
  "lifecycle" in signal && signal.lifecycle.transition === "terminating" ? [signal.lifecycle.hook] : [];

interface Seen {
  zone: string | null;
  group: string | null;
  cluster: string | null;
  account: string;
  region: string;
}

/** Instances that messages name and no facts do, in the groups and clusters that messages name for them. */
function groupsOf(signals: readonly Signal[], facts: FleetFacts): readonly GroupFacts[] {
  const known = new Set(facts.groups.flatMap(({ instances }) => instances.map(({ id }) => id)));
  const seen = new Map<string, Seen>();
  const hooks = new Map<string, Set<string>>();
  for (const signal of signals) {
    if (signal.subject.type !== "instance" || known.has(signal.subject.id)) continue;
    const { id } = signal.subject;
    const place = { account: signal.account ?? ACCOUNT, region: signal.region ?? REGION };
    const about = seen.get(id) ?? { zone: null, group: null, cluster: null, ...place };
    seen.set(id, about);
    about.zone ??= signal.availabilityZone;
    if ("lifecycle" in signal) {
      const { group } = signal.lifecycle;
      about.group ??= group;
      hooks.set(group, new Set([...(hooks.get(group) ?? []), ...terminatingHooks(signal)]));
    }
    if ("group" in signal) about.group ??= signal.group;
    if ("clusterArn" in signal) about.cluster ??= signal.clusterArn.slice(signal.clusterArn.lastIndexOf("/") + 1);
  }
  const byGroup = Map.groupBy(seen, ([, { account, region, group }]) => `${account}/${region}/${group ?? SOMEWHERE}`);
  return [...byGroup.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const [, { account, region, group }] = first;
    const name = group ?? SOMEWHERE;
    return {
      name,
      account,
      region,
      cluster: members.map(([, { cluster }]) => cluster).find((one) => one !== null) ?? SOMEWHERE,
      instances: members.map(([id, { zone }]) => ({ id, ...(zone === null ? {} : { zone }) })),
      desired: null,
      max: null,
      type: "m5.large",
      hooks: [...(hooks.get(name) ?? [])],
      capacityRebalance: false,
      tags: {},
    };
  });
}

/** Something to drain on instances whose services nobody described. */
function servicesOf(groups: readonly GroupFacts[], facts: FleetFacts): readonly ServiceFacts[] {
  const described = new Set(facts.services.map(({ cluster }) => cluster));
  const clusters = new Map<string, number>();
  for (const { cluster, instances, desired } of groups) {
    if (cluster === null || described.has(cluster)) continue;
    clusters.set(cluster, (clusters.get(cluster) ?? 0) + (desired ?? instances.length + SPARE));
  }
  const shared = { minimumHealthyPercent: 50, daemon: false, stopTimeout: null };
  return [...clusters].flatMap(([cluster, desired]) => [
    { ...shared, cluster, name: "web", desired, balanced: true },
    { ...shared, cluster, name: "worker", desired, balanced: false },
  ]);
}

function addGroup(world: World, facts: GroupFacts): void {
  const region = regionOf(world, facts.account ?? ACCOUNT, facts.region ?? REGION);
  const desired = Math.max(facts.desired ?? facts.instances.length + SPARE, facts.instances.length);
  const zones = new Set(region.zones.map(({ name }) => name));
  const group = createGroup(world, region, {
    name: facts.name,
    desired,
    max: facts.max ?? desired * 2,
    types: [facts.type],
    capacityRebalance: facts.capacityRebalance,
    tags: facts.tags,
    // The model has three zones in a region; an instance of a fourth stands in one of them.
    named: facts.instances.map(({ zone, ...rest }) =>
      zone !== undefined && zones.has(zone) ? { ...rest, zone } : rest,
    ),
    hooks: facts.hooks.map((name) => ({
      name,
      transition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 300,
      defaultResult: "CONTINUE",
    })),
  });
  if (facts.cluster === null) return;
  attachGroup(world, region.clusters.get(facts.cluster) ?? createCluster(region, facts.cluster), group);
}

function addService(world: World, region: Region, facts: ServiceFacts): void {
  const cluster = region.clusters.get(facts.cluster);
  if (cluster === undefined) return;
  const { name, daemon, desired, minimumHealthyPercent, stopTimeout } = facts;
  const family = `${cluster.name}-${name}`;
  const targetGroup = facts.balanced
    ? createTargetGroup(world, region, {
        name: family,
        targetType: "ip",
        port: 8080,
        loadBalancer: cluster.name,
        deregistrationDelay: 30,
      })
    : null;
  createService(world, cluster, {
    name,
    definition: defineTask(region, { family, cpu: 256, memory: 512, stopTimeout }),
    desired,
    minimumHealthyPercent,
    targetGroup,
    ...(daemon ? { strategy: "DAEMON" as const } : {}),
  });
}
