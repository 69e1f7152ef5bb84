import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  createWorld,
  defineTask,
  regionOf,
} from "../fleet/index.ts";
import type { Instance, Region, World, WorldOptions } from "../fleet/index.ts";
import { spotkeeperRules } from "./rules.ts";

export interface StormOptions extends WorldOptions {
  readonly queueArn: string;
  /** The number of Spot Instances to interrupt. A fifth as many On-Demand Instances take over their tasks. */
  readonly instances: number;
  readonly clusters: number;
  /** The number of (account, region) pairs for the clusters: each has its own AWS request limits. */
  readonly buckets: number;
}

export interface StormFleet {
  readonly world: World;
  readonly regions: readonly Region[];
  /** In turns from each region. */
  readonly victims: readonly Instance[];
}

const regionNames = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2"];

/** Returns the n-th pair, each with another account and the next region. */
const placeOf = (world: World, index: number): Region =>
  regionOf(world, String(111_111_111_111 + index), regionNames[index % regionNames.length] ?? "us-east-1");

/**
 * Builds a large fleet to interrupt at once. Each cluster has one group with our hook, a web service behind a load
 * balancer with a task for every second instance, and a worker service.
 */
export const stormFleet = (options: StormOptions): StormFleet => {
  const { instances, clusters, buckets } = options;
  if (clusters < 1 || buckets < 1 || instances < clusters) {
    throw new RangeError(
      `a storm needs buckets and clusters, and an instance for each cluster: got ${instances}, ${clusters}, ${buckets}`,
    );
  }
  const world = createWorld(options);
  const regions = Array.from({ length: Math.min(buckets, clusters) }, (_, index) => placeOf(world, index));
  for (const region of regions) region.rules.push(...spotkeeperRules(options.queueArn));
  const lists: Instance[][] = [];
  for (let index = 0; index < clusters; index += 1) {
    const region = regions[index % regions.length];
    if (!region) continue;
    const spot = Math.floor(instances / clusters) + (index < instances % clusters ? 1 : 0);
    lists.push(buildCluster(world, region, `cluster-${index + 1}`, spot, options.queueArn));
  }
  return { world, regions, victims: interleave(lists) };
};

const buildCluster = (world: World, region: Region, name: string, spot: number, queueArn: string): Instance[] => {
  const stable = Math.ceil(spot / 5);
  const desired = spot + stable;
  const cluster = createCluster(region, name);
  const group = createGroup(world, region, {
    name: `${name}-nodes`,
    desired,
    max: desired + Math.ceil(desired / 5),
    types: ["m5.xlarge", "m5a.xlarge", "m6i.xlarge"],
    onDemandBase: stable,
    hooks: [
      {
        name: "graceful-shutdown-hook",
        transition: "autoscaling:EC2_INSTANCE_TERMINATING",
        heartbeatTimeout: 300,
        defaultResult: "CONTINUE",
        notificationTarget: queueArn,
      },
    ],
  });
  attachGroup(world, cluster, group);
  const targets = createTargetGroup(world, region, {
    name: `${name}-web`,
    targetType: "ip",
    port: 8080,
    deregistrationDelay: 30,
    loadBalancer: name,
  });
  const web = defineTask(region, { family: `${name}-web`, cpu: 256, memory: 512 });
  const worker = defineTask(region, { family: `${name}-worker`, cpu: 256, memory: 512 });
  createService(world, cluster, {
    name: "web",
    definition: web,
    desired: Math.ceil(desired / 2),
    targetGroup: targets,
    minimumHealthyPercent: 50,
  });
  createService(world, cluster, { name: "worker", definition: worker, desired, minimumHealthyPercent: 50 });
  return [...group.members.values()].map(({ instance }) => instance).filter(({ purchase }) => purchase === "spot");
};

const interleave = (lists: readonly (readonly Instance[])[]): Instance[] => {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.map((list) => list[index]))
    .flat()
    .filter((instance) => instance !== undefined);
};
