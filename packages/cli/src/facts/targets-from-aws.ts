import type { Facets } from "@spotkeeper/controller";
import type { ClassicFacts, TargetFacts, TargetGroupFacts } from "./document.ts";
import type { PlaceIndex, ReadGroup } from "./place-index.ts";

/** Returns the load balancers of a group: AWS may list one as a traffic source, in its own field, or in both. */
export const sourcesOf = (
  { trafficSources }: ReadGroup,
  type: "elb" | "elbv2" | "vpc-lattice",
  also: readonly string[] = [],
): readonly string[] => [
  ...new Set([...also, ...trafficSources.filter((one) => one.type === type).map((one) => one.identifier)]),
];

type ReadTargetGroup = Facets["targetGroups"][number];

/**
 * Returns target groups of the types instance and ip, with the targets that neither a group nor a service has
 * registered.
 */
export function targetGroupsOf(indexed: PlaceIndex): readonly TargetGroupFacts[] {
  const { inventory, place, id } = indexed;
  const all = inventory.get("targetGroups", id)?.value ?? [];
  return all.flatMap((one) => {
    const type = one.targetType === "ip" ? "ip" : one.targetType === "instance" ? "instance" : null;
    if (type === null) return [];
    const port = portOf(indexed, one);
    const delay = inventory.get("attributes", one.arn)?.value.deregistrationDelay ?? 300_000;
    return {
      ...place,
      name: one.name,
      type,
      port,
      protocol: one.protocol,
      deregistrationDelay: delay / 1_000,
      loadBalancer: balancerOf(one.loadBalancerArns),
      targets: byHand(indexed, one, port),
    };
  });
}

const healthOf = ({ inventory }: PlaceIndex, { arn }: ReadTargetGroup): Facets["health"] =>
  (inventory.get("health", arn)?.value ?? []).filter(({ state }) => state !== "draining");

const attached = ({ groups }: PlaceIndex, { arn }: ReadTargetGroup): ReadonlySet<string> =>
  new Set(
    groups
      .filter((group) => sourcesOf(group, "elbv2", group.targetGroupArns).includes(arn))
      .flatMap((group) => group.instances.map(({ id }) => id)),
  );

/**
 * Returns the target group's port: the port of most members of an attached Auto Scaling group, else of most targets.
 */
function portOf(indexed: PlaceIndex, of: ReadTargetGroup): number {
  const members = attached(indexed, of);
  const counts = new Map<number, number>();
  for (const { id, port } of healthOf(indexed, of))
    if (port !== null) counts.set(port, (counts.get(port) ?? 0) + (members.has(id) ? 1_000 : 1));
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? 80;
}

function byHand(indexed: PlaceIndex, of: ReadTargetGroup, own: number): readonly TargetFacts[] {
  const members = attached(indexed, of);
  const behind = indexed.services.filter(({ is }) => is.targets.some((one) => one.targetGroupArn === of.arn));
  const hosts = new Set(behind.flatMap(({ running }) => running.map(({ host }) => host)));
  const addresses = new Set(behind.flatMap(({ running }) => running.flatMap(({ task }) => task.privateAddresses)));
  return healthOf(indexed, of).flatMap(({ id, port }) => {
    if (port === null) return [];
    // ECS registers an instance on ports that it chooses.
    if ((members.has(id) && port === own) || hosts.has(id) || addresses.has(id)) return [];
    const named = id.startsWith("i-") ? id : (indexed.byAddress.get(id) ?? id);
    return named.startsWith("i-") && !indexed.isThere(named) ? [] : [{ id: named, port }];
  });
}

/** Returns Classic Load Balancers, with the instances that neither a group nor a service has registered. */
export function classicOf(indexed: PlaceIndex): readonly ClassicFacts[] {
  const { inventory, place, groups, services, id } = indexed;
  const balancers = inventory.get("classicLoadBalancers", id)?.value ?? [];
  return balancers.map(({ name, instances }) => {
    const byGroups = groups
      .filter((group) => sourcesOf(group, "elb", group.classicLoadBalancers).includes(name))
      .flatMap((group) => group.instances.map((one) => one.id));
    const byServices = services
      .filter(({ is }) => is.classicLoadBalancers.includes(name))
      .flatMap(({ running }) => running.map(({ host }) => host));
    const others = new Set([...byGroups, ...byServices]);
    return { name, ...place, instances: instances.filter((one) => indexed.isThere(one) && !others.has(one)) };
  });
}

/**
 * Returns the type of a load balancer by its ARN:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */
function balancerOf(arns: readonly string[]): TargetGroupFacts["loadBalancer"] {
  const [arn] = arns;
  if (arn === undefined) return null;
  return arn.includes("/net/") ? "network" : arn.includes("/gwy/") ? "gateway" : "application";
}
