import type { Facets } from "@spotkeeper/controller";
import type { ClassicFacts, TargetFacts, TargetGroupFacts } from "./document.ts";
import type { Ground, ReadGroup } from "./ground.ts";

/** AWS says the same in both places, or in one. */
export const sourcesOf = (
  { trafficSources }: ReadGroup,
  type: "elb" | "elbv2" | "vpc-lattice",
  also: readonly string[] = [],
): readonly string[] => [
  ...new Set([...also, ...trafficSources.filter((one) => one.type === type).map((one) => one.identifier)]),
];

type ReadTargetGroup = Facets["targetGroups"][number];

/** Target groups of instances and addresses, with the targets that neither a group nor a service registers. */
export function targetGroupsOf(ground: Ground): readonly TargetGroupFacts[] {
  const { inventory, place, id } = ground;
  const all = inventory.get("targetGroups", id)?.value ?? [];
  return all.flatMap((one) => {
    const type = one.targetType === "ip" ? "ip" : one.targetType === "instance" ? "instance" : null;
    if (type === null) return [];
    const port = portOf(ground, one);
    const delay = inventory.get("attributes", one.arn)?.value.deregistrationDelay ?? 300_000;
    return {
      ...place,
      name: one.name,
      type,
      port,
      protocol: one.protocol,
      deregistrationDelay: delay / 1_000,
      loadBalancer: balancerOf(one.loadBalancerArns),
      targets: byHand(ground, one, port),
    };
  });
}

const healthOf = ({ inventory }: Ground, { arn }: ReadTargetGroup): Facets["health"] =>
  (inventory.get("health", arn)?.value ?? []).filter(({ state }) => state !== "draining");

const attached = ({ groups }: Ground, { arn }: ReadTargetGroup): ReadonlySet<string> =>
  new Set(
    groups
      .filter((group) => sourcesOf(group, "elbv2", group.targetGroupArns).includes(arn))
      .flatMap((group) => group.instances.map(({ id }) => id)),
  );

/** The port of most members of a group that is registered as a whole, which is the target group's own. */
function portOf(ground: Ground, of: ReadTargetGroup): number {
  const members = attached(ground, of);
  const counts = new Map<number, number>();
  for (const { id, port } of healthOf(ground, of))
    if (port !== null) counts.set(port, (counts.get(port) ?? 0) + (members.has(id) ? 1_000 : 1));
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? 80;
}

function byHand(ground: Ground, of: ReadTargetGroup, own: number): readonly TargetFacts[] {
  const members = attached(ground, of);
  const behind = ground.services.filter(({ is }) => is.targets.some((one) => one.targetGroupArn === of.arn));
  const hosts = new Set(behind.flatMap(({ running }) => running.map(({ host }) => host)));
  const addresses = new Set(behind.flatMap(({ running }) => running.flatMap(({ task }) => task.privateAddresses)));
  return healthOf(ground, of).flatMap(({ id, port }) => {
    if (port === null) return [];
    // A service registers an instance on ports of its own choosing.
    if ((members.has(id) && port === own) || hosts.has(id) || addresses.has(id)) return [];
    const named = id.startsWith("i-") ? id : (ground.byAddress.get(id) ?? id);
    return named.startsWith("i-") && !ground.isThere(named) ? [] : [{ id: named, port }];
  });
}

/** Classic load balancers, with the instances that neither a group nor a service registers. */
export function classicOf(ground: Ground): readonly ClassicFacts[] {
  const { inventory, place, groups, services, id } = ground;
  const balancers = inventory.get("classicLoadBalancers", id)?.value ?? [];
  return balancers.map(({ name, instances }) => {
    const byGroups = groups
      .filter((group) => sourcesOf(group, "elb", group.classicLoadBalancers).includes(name))
      .flatMap((group) => group.instances.map((one) => one.id));
    const byServices = services
      .filter(({ is }) => is.classicLoadBalancers.includes(name))
      .flatMap(({ running }) => running.map(({ host }) => host));
    const others = new Set([...byGroups, ...byServices]);
    return { name, ...place, instances: instances.filter((one) => ground.isThere(one) && !others.has(one)) };
  });
}

/** The kind of load balancer by its ARN: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html */
function balancerOf(arns: readonly string[]): TargetGroupFacts["loadBalancer"] {
  const [arn] = arns;
  if (arn === undefined) return null;
  return arn.includes("/net/") ? "network" : arn.includes("/gwy/") ? "gateway" : "application";
}
