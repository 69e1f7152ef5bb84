import type { Facets, FleetRead, PlaceRead } from "@spotkeeper/controller";
import type { Tags } from "./document.ts";

export type ReadGroup = Facets["group"];
export type ReadInstance = Facets["instance"];
type ReadContainer = NonNullable<Facets["container"]>;
type ReadTask = Facets["tasks"][number];

export interface ReadService {
  readonly is: Facets["service"];
  readonly cluster: string;
  /** Its tasks on instances of the file. */
  readonly running: readonly { readonly task: ReadTask; readonly host: string }[];
}

/** What was read of one account and region, indexed for the document. */
export interface PlaceIndex {
  readonly inventory: PlaceRead["inventory"];
  readonly id: string;
  readonly place: { readonly account: string | null; readonly region: string };
  readonly groups: readonly ReadGroup[];
  readonly instances: ReadonlyMap<string, ReadInstance>;
  /** The ids of all instances that are or were in a group. */
  readonly members: ReadonlySet<string>;
  readonly services: readonly ReadService[];
  /** Standalone tasks, with their instances. */
  readonly alone: readonly { readonly task: ReadTask; readonly cluster: string; readonly host: string }[];
  /** Instance id by private address, for the instances of the file. */
  readonly byAddress: ReadonlyMap<string, string>;
  /** Returns true if the document contains the instance. */
  isThere(instanceId: string): boolean;
  /** Returns the clusters in which the instance is registered; the one with a connected agent is last. */
  clustersOf(instanceId: string): readonly string[];
  isDraining(instanceId: string): boolean;
  providerOf(group: ReadGroup): Facets["capacityProviders"][number] | null;
  /** Returns the names of those target groups that were read. */
  targetGroupNames(arns: readonly string[]): readonly string[];
  tags(all: Tags): Tags;
}

/** Returns true for members that are leaving their group, or are in its warm pool. */
export const isGoing = (state: string): boolean => /^(Terminating|Terminated|Detaching|Detached|Warmed)/.test(state);

/** Returns the last part of an ARN; a bare name is returned unchanged. */
export const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

export function indexPlace({ inventory, id, account, region }: PlaceRead, keeps: FleetRead["keeps"]): PlaceIndex {
  const groups = [...inventory.entries("group")].flatMap(([at, { value }]) =>
    at === `${id}/${value.name}` ? [value] : [],
  );
  const instances = new Map(Array.from(inventory.entries("instance"), ([one, { value }]) => [one, value]));
  const containers = [...inventory.entries("container")].flatMap(([, { value }]) =>
    value !== null && /^(ACTIVE|DRAINING)$/.test(value.status) ? [value] : [],
  );
  const byInstance = Map.groupBy(containers, ({ instanceId }) => instanceId);
  const of = (instanceId: string): readonly ReadContainer[] =>
    (byInstance.get(instanceId) ?? []).toSorted(
      (one, other) => Number(one.agentConnected) - Number(other.agentConnected),
    );
  const members = groups.flatMap((group) => group.instances);
  const there = new Set([
    ...members.flatMap((one) => (isGoing(one.state) ? [] : [one.id])),
    ...[...instances.values()].flatMap((one) => (/^(pending|running)$/.test(one.state) ? [one.id] : [])),
  ]);
  for (const one of members) if (isGoing(one.state)) there.delete(one.id);
  const placed = containers.flatMap(({ arn, clusterArn, instanceId }) =>
    !there.has(instanceId)
      ? []
      : (inventory.get("tasks", arn)?.value ?? [])
          .filter(({ desiredStatus }) => desiredStatus === "RUNNING")
          .map((task) => ({ task, cluster: nameOf(clusterArn), host: instanceId })),
  );
  const byOwner = Map.groupBy(placed, ({ task, cluster }) => `${cluster}/${task.group ?? ""}`);
  const services = Array.from(inventory.entries("service"), ([, { value: is }]) => {
    const cluster = nameOf(is.clusterArn);
    return { is, cluster, running: byOwner.get(`${cluster}/service:${is.name}`) ?? [] };
  });
  const targetGroups = new Map(inventory.get("targetGroups", id)?.value.map(({ arn, name }) => [arn, name]));
  const providers = inventory.get("capacityProviders", id)?.value ?? [];
  return {
    inventory,
    id,
    place: { account, region },
    groups,
    instances,
    members: new Set(members.map((one) => one.id)),
    services,
    alone: placed.filter(({ task }) => !(task.group ?? "").startsWith("service:")),
    byAddress: new Map(
      [...instances.values()].flatMap((one) => one.addresses.map(({ address }) => [address, one.id] as const)),
    ),
    isThere: (instanceId) => there.has(instanceId),
    clustersOf: (instanceId) => of(instanceId).map(({ clusterArn }) => nameOf(clusterArn)),
    isDraining: (instanceId) => of(instanceId).at(-1)?.status === "DRAINING",
    providerOf: ({ arn }) => providers.find((one) => arn !== null && one.groupArn === arn) ?? null,
    targetGroupNames: (arns) => arns.flatMap((arn) => targetGroups.get(arn) ?? []),
    tags: (all) =>
      Object.fromEntries(
        Object.entries(all).flatMap(([name, value]) => {
          const kept = keeps(name);
          return kept === null ? [] : [[name, kept === "value" ? value : ""]];
        }),
      ),
  };
}
