import type { FleetRead, PlaceRead } from "@spotkeeper/controller";
import {
  type FleetFacts,
  type GroupFacts,
  groupFacts,
  type HookFacts,
  hookFacts,
  type InstanceFacts,
  instanceFacts,
  type LoneInstanceFacts,
  NO_FACTS,
  type Tags,
} from "./document.ts";
import { indexPlace, type PlaceIndex, isGoing, nameOf, type ReadGroup, type ReadInstance } from "./place-index.ts";
import { servicesOf, tasksOf } from "./services-from-aws.ts";
import { classicOf, sourcesOf, targetGroupsOf } from "./targets-from-aws.ts";

/** Makes the document from what AWS answered. It contains only the tags that Spotkeeper uses. */
export function factsFrom(read: FleetRead): FleetFacts {
  const parts = read.places.map((place) => factsIn(place, read.keeps));
  const all = <K extends keyof FleetFacts>(key: K): FleetFacts[K] =>
    parts.flatMap((part): readonly unknown[] => part[key]) as unknown as FleetFacts[K];
  return {
    groups: all("groups"),
    instances: all("instances"),
    services: all("services"),
    tasks: all("tasks"),
    targetGroups: all("targetGroups"),
    classicLoadBalancers: all("classicLoadBalancers"),
    unread: all("unread"),
  };
}

function factsIn(place: PlaceRead, keeps: FleetRead["keeps"]): FleetFacts {
  const indexed = indexPlace(place, keeps);
  return {
    ...NO_FACTS,
    groups: indexed.groups.map((group) => groupOf(indexed, group)),
    instances: [...indexed.instances.values()].flatMap((one) => loneOf(indexed, one)),
    services: servicesOf(indexed),
    tasks: tasksOf(indexed),
    targetGroups: targetGroupsOf(indexed),
    classicLoadBalancers: classicOf(indexed),
    unread: unreadIn(place),
  };
}

/** Describes failed reads without AWS's messages, which can name roles. */
const unreadIn = ({ account, region, unread }: PlaceRead): readonly string[] =>
  unread.map(({ operation, kind, code, times }) => {
    const often = times === 1 ? "" : ` (${times} times)`;
    return `${account ?? "own account"}/${region}: ${operation}: ${kind} (${code})${often}`;
  });

function groupOf(indexed: PlaceIndex, group: ReadGroup): GroupFacts {
  const { place, inventory } = indexed;
  const tags = indexed.tags(group.tags);
  const members = group.instances.filter(({ state }) => !isGoing(state));
  const clusters = members.map(({ id }) => indexed.clustersOf(id).at(-1) ?? null);
  const cluster = mostOf(clusters);
  const provider = indexed.providerOf(group);
  const hooks = inventory.get("hooks", `${indexed.id}/${group.name}`)?.value ?? [];
  const instances = members.map((member) => {
    const known = indexed.instances.get(member.id);
    return {
      ...instanceOf(indexed, member.id, cluster, tags),
      zone: known?.availabilityZone ?? member.availabilityZone,
      type: known?.type ?? member.type,
      state: member.state === "Standby" ? "Standby" : "InService",
      protected: member.protected,
      units: group.counts === "instances" ? null : member.units,
    } as const;
  });
  return groupFacts(group.name, {
    ...place,
    cluster,
    instances,
    zones: group.zones,
    min: group.min,
    desired: group.desired,
    max: group.max,
    counts: group.counts,
    type: mostOf(instances.map(({ type }) => type)) ?? "m5.large",
    mixed: group.onDemand !== null,
    onDemandBase: group.onDemand?.base ?? 0,
    // Without a mixed instances policy all instances are of the launch template's purchase option.
    onDemandPercent: group.onDemand?.percent ?? (instances.some(({ lifecycle }) => lifecycle === "spot") ? 0 : 100),
    hooks: hooks.map(({ name, transition, heartbeatTimeout, defaultResult, notificationTarget }): HookFacts =>
      hookFacts(name, {
        transition,
        heartbeatTimeout: heartbeatTimeout / 1_000,
        defaultResult,
        notificationTarget,
      }),
    ),
    capacityRebalance: group.capacityRebalance,
    managedDraining: provider?.managedDraining ?? false,
    managedTerminationProtection: provider?.managedTerminationProtection ?? false,
    suspended: group.suspendedProcesses,
    maintenance:
      group.maintenancePolicy === null
        ? null
        : { min: group.maintenancePolicy.minHealthyPercent, max: group.maintenancePolicy.maxHealthyPercent },
    targetGroups: indexed.targetGroupNames(sourcesOf(group, "elbv2", group.targetGroupArns)),
    classicLoadBalancers: sourcesOf(group, "elb", group.classicLoadBalancers),
    latticeTargetGroups: sourcesOf(group, "vpc-lattice").map(nameOf),
    operator: group.operator,
    tags,
  });
}

function instanceOf(indexed: PlaceIndex, id: string, cluster: string | null, groupTags: Tags): InstanceFacts {
  const known = indexed.instances.get(id);
  const clusters = indexed.clustersOf(id);
  const isAsItsGroup = clusters.length === (cluster === null ? 0 : 1) && clusters.every((one) => one === cluster);
  const tags = Object.entries(indexed.tags(known?.tags ?? {})).filter(([name, value]) => groupTags[name] !== value);
  return instanceFacts(id, {
    // An instance that EC2 did not describe is taken for Spot, which most of them are.
    lifecycle: known !== undefined && known.lifecycle !== "spot" ? "on-demand" : "spot",
    clusters: isAsItsGroup ? null : clusters,
    draining: indexed.isDraining(id),
    tags: Object.fromEntries(tags),
  });
}

function loneOf(indexed: PlaceIndex, one: ReadInstance): readonly LoneInstanceFacts[] {
  if (indexed.members.has(one.id) || !indexed.isThere(one.id)) return [];
  const clusters = indexed.clustersOf(one.id);
  const of = instanceOf(indexed, one.id, null, {});
  return [{ ...of, ...indexed.place, zone: one.availabilityZone, type: one.type, clusters }];
}

/** Returns the most frequent value; of equally frequent ones the first; null if there is none. */
function mostOf(all: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const one of all) if (one !== null) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}
