import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { EcsService } from "../../aws/calls/ecs.ts";
import { targetGroupsOf } from "../target-groups.ts";
import { registryId } from "../ids.ts";
import { facetItem, type SweepContext, type Item } from "./item.ts";

/** Returns the services of clusters in the inventory. */
export function knownServices({ inventory }: SweepContext, clusters: readonly string[]): readonly EcsService[] {
  const all = new Set(clusters);
  return [...inventory.entries("service")].flatMap(([, { value }]) => (all.has(value.clusterArn) ? [value] : []));
}

/** Returns the ARNs of the target groups of groups and services. */
export const ledTo = (groups: readonly AutoScalingGroup[], services: readonly EcsService[]): ReadonlySet<string> =>
  new Set([
    ...groups.flatMap(targetGroupsOf),
    ...services.flatMap((service) => service.targets.map((one) => one.targetGroupArn)),
  ]);

/**
 * Items for the registrations of groups and services (target groups, Lattice, Cloud Map), and for task definitions
 * (stop timeouts).
 */
export function* balancingItems(
  context: SweepContext,
  groups: readonly AutoScalingGroup[],
  services: readonly EcsService[],
): Generator<Item> {
  const { aws, place, often, seldom } = context;
  for (const arn of ledTo(groups, services)) {
    yield facetItem(context, "health", [arn], often, (ask) => aws.elb.targetHealth(place, arn, ask));
    yield facetItem(context, "attributes", [arn], seldom, (ask) => aws.elb.targetGroupAttributes(place, arn, ask));
  }
  const sources = groups.flatMap((group) => group.trafficSources.filter((one) => one.type === "vpc-lattice"));
  const lattice = [...sources.map((one) => one.identifier), ...services.flatMap((one) => one.latticeTargetGroups)];
  for (const id of new Set(lattice)) {
    yield facetItem(context, "lattice", [id], often, (ask) => aws.lattice.targets(place, id, ask));
  }
  for (const id of new Set(services.flatMap((one) => one.serviceRegistries.map(registryId)))) {
    yield facetItem(context, "discovery", [id], often, (ask) => aws.cloudMap.instances(place, id, ask));
  }
  const definitions = services.map((one) => one.taskDefinitionArn).filter((arn) => arn !== "");
  for (const arn of new Set(definitions)) {
    // A revision never changes: read once.
    yield facetItem(context, "taskDefinition", [arn], Infinity, (ask) => aws.ecs.taskDefinition(place, arn, ask));
  }
}
