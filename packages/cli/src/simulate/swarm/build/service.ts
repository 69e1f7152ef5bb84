import {
  type Cluster,
  createClassicLoadBalancer,
  createDiscoveryService,
  createLatticeTargetGroup,
  createService,
  defineTask,
  deployService,
  type Launch,
  type Region,
  runStandalone,
  type ServiceTraffic,
  type TargetGroup,
  type World,
} from "@spotkeeper/simulator";
import { awsNameOf } from "../dimensions/places.ts";
import { isOnFargate, type ServiceItem } from "../dimensions/services.ts";
import type { StandaloneItem } from "../dimensions/standalone.ts";

/** An m5.large has room for one LARGE task and several SMALL ones. */
const LARGE = { cpu: 1_100, memory: 1_024 };
const SMALL = { cpu: 128, memory: 128 };
/**
 * The smallest Fargate size:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
 */
const FARGATE = { cpu: 256, memory: 512 };
const sizeOf = (item: ServiceItem): typeof SMALL => (isOnFargate(item) ? FARGATE : item.large ? LARGE : SMALL);
/** The port of tasks in network mode `host`. */
const HOST_PORT = 8_080;
/** A failing task fails after two minutes. */
const FAILS_AFTER = 120_000;
/**
 * The default duration of task protection:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html
 */
const PROTECTS = 7_200_000;

/** Builds a service with its tasks placed and registered, if its cluster has instances. Tasks without room wait. */
export function buildService(
  world: World,
  region: Region,
  item: ServiceItem,
  targetGroups: ReadonlyMap<string, TargetGroup>,
): void {
  const cluster = region.clusters.get(item.cluster);
  if (cluster === undefined || cluster.containerInstances.size === 0) return;
  const name = awsNameOf(item.name);
  const definition = defineTask(region, {
    family: name,
    ...sizeOf(item),
    stopTimeout: item.stopTimeout,
    networkMode: item.network,
    hostPort: item.network === "host" ? HOST_PORT : null,
    ignoresSigterm: item.tasks === "ignore SIGTERM",
    failsAfter: item.tasks === "fail again and again" ? FAILS_AFTER : null,
  });
  const [targetGroup = null, ...moreTargetGroups] = item.targetGroups.flatMap((one) => targetGroups.get(one) ?? []);
  const alternate = item.alternate === null ? null : (targetGroups.get(item.alternate) ?? null);
  const service = createService(world, cluster, {
    name,
    definition,
    desired: item.desired,
    strategy: item.daemon ? "DAEMON" : "REPLICA",
    launch: launchOf(item, cluster),
    controller: item.controller,
    withoutPrimary: item.withoutPrimary,
    minimumHealthyPercent: item.minimumHealthyPercent,
    maximumPercent: item.maximumPercent,
    targetGroup,
    moreTargetGroups,
    alternateTargetGroup: targetGroup === null ? null : alternate,
    addresses: item.addresses,
    traffic: trafficOf(world, region, item),
    protects: item.tasks === "protect themselves" ? PROTECTS : null,
    mayLackRoom: true,
  });
  if (item.deploying) deployService(world, service);
}

function launchOf({ launch }: ServiceItem, { capacityProviders }: Cluster): Launch {
  switch (launch) {
    case "EC2":
      return "EC2";
    // One strategy cannot mix capacity providers of groups and of Managed Instances (assumed).
    case "providers":
    case "Managed Instances": {
      const isManaged = launch === "Managed Instances";
      const own = capacityProviders.filter(({ group }) => (group === null) === isManaged);
      return own.length === 0 ? "EC2" : own.map(({ name }) => ({ provider: name, base: 0, weight: 1 }));
    }
    case "Fargate":
      return "FARGATE";
    case "Fargate Spot":
      return [{ provider: "FARGATE_SPOT", base: 0, weight: 1 }];
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html (both in one
    // strategy)
    case "Fargate beside Fargate Spot":
      return [
        { provider: "FARGATE", base: 1, weight: 1 },
        { provider: "FARGATE_SPOT", base: 0, weight: 1 },
      ];
  }
}

function trafficOf(world: World, region: Region, item: ServiceItem): ServiceTraffic {
  const { traffic, network } = item;
  const name = awsNameOf(item.name);
  switch (traffic) {
    case "classic":
      return { classicLoadBalancer: createClassicLoadBalancer(region, { name: `${name}-classic` }) };
    case "lattice":
      return {
        latticeTargetGroup: createLatticeTargetGroup(world, region, {
          name: `${name}-lattice`,
          type: network === "awsvpc" ? "IP" : "INSTANCE",
        }),
      };
    case "discovery":
      return { discovery: createDiscoveryService(world, region, `${name}-discovery`) };
    case null:
      return {};
  }
}

/** Runs as many of the tasks as the cluster has room for. */
export function buildStandalone(world: World, region: Region, item: StandaloneItem): void {
  const cluster = region.clusters.get(item.cluster);
  if (cluster === undefined) return;
  const { group, stopTimeout, ignoresSigterm } = item;
  const definition = defineTask(region, { family: awsNameOf(item.name), ...SMALL, stopTimeout, ignoresSigterm });
  for (let index = 0; index < item.count; index += 1)
    runStandalone(world, cluster, definition, group === null ? {} : { group });
}
