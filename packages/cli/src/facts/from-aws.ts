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
import { createGround, type Ground, isGoing, nameOf, type ReadGroup, type ReadInstance } from "./ground.ts";
import { servicesOf, tasksOf } from "./services-from-aws.ts";
import { classicOf, sourcesOf, targetGroupsOf } from "./targets-from-aws.ts";

/** What AWS said, as a document. Of tags only those that the product needs. */
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
  const ground = createGround(place, keeps);
  return {
    ...NO_FACTS,
    groups: ground.groups.map((group) => groupOf(ground, group)),
    instances: [...ground.instances.values()].flatMap((one) => loneOf(ground, one)),
    services: servicesOf(ground),
    tasks: tasksOf(ground),
    targetGroups: targetGroupsOf(ground),
    classicLoadBalancers: classicOf(ground),
    unread: unreadIn(place),
  };
}

/** Without what AWS said, which can name roles. */
const unreadIn = ({ account, region, unread }: PlaceRead): readonly string[] =>
  unread.map(({ operation, kind, code, times }) => {
    const often = times === 1 ? "" : ` (${times} times)`;
    return `${account ?? "own account"}/${region}: ${operation}: ${kind} (${code})${often}`;
  });

function groupOf(ground: Ground, group: ReadGroup): GroupFacts {
  const { place, inventory } = ground;
  const tags = ground.tags(group.tags);
  const members = group.instances.filter(({ state }) => !isGoing(state));
  const clusters = members.map(({ id }) => ground.clustersOf(id).at(-1) ?? null);
  const cluster = mostOf(clusters);
  const provider = ground.providerOf(group);
  const hooks = inventory.get("hooks", `${ground.id}/${group.name}`)?.value ?? [];
  const instances = members.map((member) => {
    const known = ground.instances.get(member.id);
    return {
      ...instanceOf(ground, member.id, cluster, tags),
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
    // Without a mixed instances policy all are of one kind: that of its launch template.
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
    targetGroups: ground.targetGroupNames(sourcesOf(group, "elbv2", group.targetGroupArns)),
    classicLoadBalancers: sourcesOf(group, "elb", group.classicLoadBalancers),
    latticeTargetGroups: sourcesOf(group, "vpc-lattice").map(nameOf),
    operator: group.operator,
    tags,
  });
}

function instanceOf(ground: Ground, id: string, cluster: string | null, groupTags: Tags): InstanceFacts {
  const known = ground.instances.get(id);
  const clusters = ground.clustersOf(id);
  const isAsItsGroup = clusters.length === (cluster === null ? 0 : 1) && clusters.every((one) => one === cluster);
  const tags = Object.entries(ground.tags(known?.tags ?? {})).filter(([name, value]) => groupTags[name] !== value);
  return instanceFacts(id, {
    // What EC2 could not be asked about is taken for Spot: it is what the product is for.
    lifecycle: known !== undefined && known.lifecycle !== "spot" ? "on-demand" : "spot",
    clusters: isAsItsGroup ? null : clusters,
    draining: ground.isDraining(id),
    tags: Object.fromEntries(tags),
  });
}

function loneOf(ground: Ground, one: ReadInstance): readonly LoneInstanceFacts[] {
  if (ground.members.has(one.id) || !ground.isThere(one.id)) return [];
  const clusters = ground.clustersOf(one.id);
  const of = instanceOf(ground, one.id, null, {});
  return [{ ...of, ...ground.place, zone: one.availabilityZone, type: one.type, clusters }];
}

/** What is there most often; the first of those that are there equally often. */
function mostOf(all: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const one of all) if (one !== null) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}
