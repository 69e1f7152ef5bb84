import type { Signal } from "@spotkeeper/controller";
import { createWorld, type World, type WorldOptions } from "@spotkeeper/simulator";
import {
  type FleetFacts,
  type GroupFacts,
  groupFacts,
  hookFacts,
  instanceFacts,
  type ServiceFacts,
  serviceFacts,
} from "../../facts/document.ts";
import { buildFacts } from "../build-facts.ts";
import { ACCOUNT, REGION } from "../lab.ts";

/** The group and cluster of instances for which neither the facts nor a message names one. */
const SOMEWHERE = "replayed";
/** Instances besides the named ones, so that there is room for drained work. */
const SPARE = 2;

/**
 * Builds a fleet with the instances that the facts and the messages name. It sends no events: all events are in the
 * replay.
 */
export function replayFleet(wiring: WorldOptions, facts: FleetFacts, signals: readonly Signal[]): World {
  const world = createWorld(wiring);
  const groups = [...facts.groups.map((group) => placed(group, signals)), ...groupsOf(signals, facts)];
  buildFacts(world, { ...facts, groups, services: [...facts.services, ...servicesOf(groups, facts)] });
  return world;
}

/**
 * Adds the hooks that messages name to a group. A group without account or region gets those of a message about one of
 * its instances, else those of the first message.
 */
function placed(group: GroupFacts, signals: readonly Signal[]): GroupFacts {
  const ids = new Set(group.instances.map(({ id }) => id));
  const own = signals.filter(({ subject }) => ids.has(subject.id));
  const find = (part: "account" | "region"): string | null =>
    [...own, ...signals].map((signal) => signal[part]).find((one) => one !== null) ?? null;
  // A message proves that a hook exists, even if the facts do not list it.
  const known = new Set(group.hooks.map(({ name }) => name));
  const said = new Set(own.flatMap(terminatingHooks).filter((name) => !known.has(name)));
  return {
    ...group,
    account: group.account ?? find("account"),
    region: group.region ?? find("region"),
    desired: group.desired ?? group.instances.length + SPARE,
    hooks: [...group.hooks, ...Array.from(said, (name) => hookFacts(name))],
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

/** Returns groups for the instances that only messages name, with the groups and clusters of these messages. */
function groupsOf(signals: readonly Signal[], facts: FleetFacts): readonly GroupFacts[] {
  const described = [...facts.groups.flatMap(({ instances }) => instances), ...facts.instances];
  const known = new Set(described.map(({ id }) => id));
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
    return groupFacts(name, {
      account,
      region,
      cluster: members.map(([, { cluster }]) => cluster).find((one) => one !== null) ?? SOMEWHERE,
      instances: members.map(([id, { zone }]) => instanceFacts(id, { zone })),
      desired: members.length + SPARE,
      hooks: Array.from(hooks.get(name) ?? [], (hook) => hookFacts(hook)),
    });
  });
}

/** Returns services for clusters without described ones, so that there is work to drain. */
function servicesOf(groups: readonly GroupFacts[], facts: FleetFacts): readonly ServiceFacts[] {
  const described = new Set(facts.services.map(({ cluster }) => cluster));
  const clusters = new Map<string, number>();
  for (const { cluster, instances, desired } of groups) {
    if (cluster === null || described.has(cluster)) continue;
    clusters.set(cluster, (clusters.get(cluster) ?? 0) + (desired ?? instances.length + SPARE));
  }
  const shared = { minimumHealthyPercent: 50 };
  return [...clusters].flatMap(([cluster, desired]) => [
    serviceFacts(cluster, "web", { ...shared, desired, balanced: true }),
    serviceFacts(cluster, "worker", { ...shared, desired }),
  ]);
}
