import type { Ask } from "../../aws/ask.ts";
import type { ContainerInstance } from "../../aws/calls/ecs.ts";
import { serviceOf, nameOf, regionId, serviceId } from "../ids.ts";
import type { Inventory } from "../inventory.ts";
import { putContainers } from "../put-listed.ts";
import { facetItem, type SweepContext, idsIn, type Item, pages } from "./item.ts";

export const knownClusters = ({ inventory, place }: SweepContext): readonly string[] =>
  inventory.get("clusters", regionId(place))?.value ?? [];

/** Returns the container instances of a cluster in the inventory. */
export function hostsIn({ inventory }: SweepContext, cluster: string): readonly ContainerInstance[] {
  const revision = inventory.revision("container");
  const had = grouped.get(inventory);
  if (had?.revision === revision) return had.hosts.get(cluster) ?? [];
  const all = Array.from(inventory.entries("container"), ([, { value }]) => value).filter((one) => one !== null);
  const hosts = Map.groupBy(all, (one) => one.clusterArn);
  grouped.set(inventory, { revision, hosts });
  return hosts.get(cluster) ?? [];
}
/** Cached, because each step of the sweep reads them for every cluster. */
const grouped = new WeakMap<
  Inventory,
  { revision: number; hosts: ReadonlyMap<string, readonly ContainerInstance[]> }
>();

/** Items for ECS clusters with their capacity providers, container instances, tasks and services. */
export function* clusterItems(context: SweepContext, clusters: readonly string[]): Generator<Item> {
  const { aws, place, inventory, often, seldom } = context;
  const listed = inventory.get("clusters", regionId(place))?.observedAt ?? null;
  yield { id: "clusters", every: often, observedAt: listed, run: (ask) => list(context, ask) };
  const ids = idsIn(context, clusters[0] ?? null, regionId);
  yield facetItem(context, "capacityProviders", ids, seldom, (ask) => aws.ecs.describeCapacityProviders(place, ask));
  for (const cluster of clusters) {
    const described = inventory.get("cluster", cluster)?.observedAt ?? null;
    yield {
      id: `cluster:${cluster}`,
      every: seldom,
      observedAt: described,
      run: (ask) => describe(context, cluster, ask),
    };
    const hosts = hostsIn(context, cluster);
    const seen = oldest(hosts.map((one) => inventory.get("container", one.arn)?.observedAt));
    yield {
      id: `containers:${cluster}`,
      every: often,
      observedAt: seen,
      run: (ask) => containers(context, cluster, ask),
    };
    if (hosts.length > 0) {
      const tasked = oldest(hosts.map((one) => inventory.get("tasks", one.arn)?.observedAt));
      yield { id: `tasks:${cluster}`, every: often, observedAt: tasked, run: (ask) => tasks(context, cluster, ask) };
    }
    const services = namesIn(context, cluster).map(
      (name) => inventory.get("service", serviceId(cluster, name))?.observedAt,
    );
    yield {
      id: `services:${cluster}`,
      every: often,
      observedAt: oldest(services),
      run: (ask) => servicesOf(context, cluster, ask),
    };
  }
}

/** Returns the oldest time; null if any is undefined, or there is none. */
function oldest(times: readonly (number | undefined)[]): number | null {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 || known.length < times.length ? null : Math.min(...known);
}

async function list(context: SweepContext, ask: Ask): Promise<number> {
  const { aws, inventory, place, now } = context;
  const asked = now();
  const clusters = await aws.ecs.listClusters(place, ask);
  for (const id of idsIn(context, clusters[0] ?? null, regionId)) inventory.put("clusters", id, clusters, asked);
  return pages(clusters.length, 100);
}

async function describe({ aws, inventory, place, now }: SweepContext, arn: string, ask: Ask): Promise<number> {
  const asked = now();
  const cluster = (await aws.ecs.describeClusters(place, [arn], ask)).get(arn);
  if (cluster !== undefined) inventory.put("cluster", arn, cluster, asked);
  return 1;
}

async function containers(context: SweepContext, cluster: string, ask: Ask): Promise<number> {
  const { aws, inventory, place, now } = context;
  const asked = now();
  const found = await aws.ecs.containerInstances(place, cluster, null, ask);
  const containers = [...found.values()].flat();
  putContainers(inventory, containers, hostsIn(context, cluster), asked);
  // Page size of both requests:
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html (maxResults)
  return 2 * pages(containers.length, 100);
}

/** Concurrent, so that the lane lists the cluster once instead of each host. */
async function tasks(context: SweepContext, cluster: string, ask: Ask): Promise<number> {
  const { aws, inventory, place, now } = context;
  const asked = now();
  const counts = hostsIn(context, cluster).map(async ({ arn }) => {
    const found = await aws.ecs.tasksOn(place, cluster, arn, ask);
    inventory.put("tasks", arn, found, asked);
    return found.length;
  });
  const all = await Promise.all(counts);
  return (
    2 *
    Math.min(
      all.length,
      pages(
        all.reduce((sum, count) => sum + count, 0),
        100,
      ),
    )
  );
}

const namesIn = (context: SweepContext, cluster: string): readonly string[] => [
  ...new Set(
    hostsIn(context, cluster).flatMap(({ arn }) =>
      (context.inventory.get("tasks", arn)?.value ?? []).flatMap((task) => serviceOf(task) ?? []),
    ),
  ),
];

async function servicesOf({ aws, inventory, place, now }: SweepContext, cluster: string, ask: Ask): Promise<number> {
  const asked = now();
  const listed = await aws.ecs.listServices(place, cluster, ask);
  const names = listed.map(nameOf);
  const found = names.length === 0 ? [] : (await aws.ecs.describeServices(place, cluster, names, ask)).values();
  for (const service of found) inventory.put("service", serviceId(cluster, service.name), service, asked);
  for (const [id, { value }] of inventory.entries("service")) {
    if (value.clusterArn === cluster && !names.includes(value.name)) inventory.forget("service", id);
  }
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html (at most 10)
  return pages(names.length, 100) + Math.ceil(names.length / 10);
}
