import {
  createClassicLoadBalancer,
  createDiscoveryService,
  createLatticeTargetGroup,
  createService,
  defineTask,
  type Region,
  type ServiceTraffic,
  type TargetGroup,
  type World,
} from "@spotkeeper/simulator";
import { awsNameOf } from "../dimensions/places.ts";
import type { ServiceItem } from "../dimensions/services.ts";

/** A service with its tasks placed and registered, where its cluster has instances. */
export function buildService(
  world: World,
  region: Region,
  item: ServiceItem,
  targetGroups: ReadonlyMap<string, TargetGroup>,
): void {
  const cluster = region.clusters.get(item.cluster);
  if (cluster === undefined || cluster.containerInstances.size === 0) return;
  const name = awsNameOf(item.name);
  const definition = defineTask(region, { family: name, cpu: 128, memory: 128, stopTimeout: item.stopTimeout });
  createService(world, cluster, {
    name,
    definition,
    desired: item.desired,
    strategy: item.daemon ? "DAEMON" : "REPLICA",
    minimumHealthyPercent: item.minimumHealthyPercent,
    targetGroup: item.targetGroup === null ? null : (targetGroups.get(item.targetGroup) ?? null),
    alternateTargetGroup: item.alternate === null ? null : (targetGroups.get(item.alternate) ?? null),
    ipv6Only: item.ipv6Only,
    traffic: trafficOf(world, region, item),
  });
}

function trafficOf(world: World, region: Region, item: ServiceItem): ServiceTraffic {
  const { traffic } = item;
  const name = awsNameOf(item.name);
  switch (traffic) {
    case "classic":
      return { classicLoadBalancer: createClassicLoadBalancer(region, { name: `${name}-classic` }) };
    case "lattice":
      return { latticeTargetGroup: createLatticeTargetGroup(world, region, { name: `${name}-lattice`, type: "IP" }) };
    case "discovery":
      return { discovery: createDiscoveryService(world, region, `${name}-discovery`) };
    case null:
      return {};
  }
}
