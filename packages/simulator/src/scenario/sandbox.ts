import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  createWorld,
  defineTask,
  launchInstance,
  regionOf,
  runStandalone,
} from "../fleet/index.ts";
import type { Cluster, TaskDefinition } from "../fleet/ecs/state.ts";
import type { Instance, Region, World, WorldOptions } from "../fleet/index.ts";
import type { HookSpec } from "../fleet/groups/group-create.ts";
import type { TargetGroupSpec } from "../fleet/targets/targets.ts";
import type { TargetGroup } from "../fleet/targets/target-state.ts";
import { spotkeeperRules } from "./rules.ts";

export interface SandboxOptions extends WorldOptions {
  /** The ARN of the queue that gets the events. */
  readonly queueArn: string;
  /** Twelve digits. */
  readonly account?: string;
  readonly region?: string;
}

/** A terminating hook that is ours, with the usual name. */
const ours: HookSpec = {
  name: "graceful-shutdown-hook",
  transition: "autoscaling:EC2_INSTANCE_TERMINATING",
  heartbeatTimeout: 300,
  defaultResult: "CONTINUE",
};

/** Somebody else's hook, which must never be completed by us. */
const theirs: HookSpec = {
  name: "log-shipper-hook",
  transition: "autoscaling:EC2_INSTANCE_TERMINATING",
  heartbeatTimeout: 60,
  defaultResult: "CONTINUE",
};

/**
 * Builds the fleet of the sandbox: two ECS clusters and two plain groups; six Auto Scaling groups with 120 instances of
 * mixed types in three zones; load balancers, hooks, services, daemons and standalone tasks. It has each way of
 * draining once: managed draining, the ECS agent's own, Capacity Rebalancing, and none.
 *
 * @example sandboxFleet({ clock, seed: 1, send, queueArn }).world
 */
export const sandboxFleet = (options: SandboxOptions): { readonly world: World; readonly region: Region } => {
  const world = createWorld(options);
  const region = regionOf(world, options.account ?? "123456789012", options.region ?? "us-east-1");
  region.rules.push(...spotkeeperRules(options.queueArn));
  buildShop(world, region, options.queueArn);
  buildData(world, region);
  buildPlain(world, region);
  buildForeign(world, region);
  return { world, region };
};

/** Returns the instances on which all tasks of `checkout` but one run: if they go, "checkout keeps 1 of 4 tasks". */
export const hostsOfCheckout = ({ regions }: World): readonly Instance[] => {
  const services = [...regions.values()].flatMap(({ clusters }) =>
    [...clusters.values()].flatMap((cluster) => [...cluster.services.values()]),
  );
  const tasks = [...(services.find(({ name }) => name === "checkout")?.tasks ?? [])];
  return tasks.flatMap(({ containerInstance }) => containerInstance?.instance ?? []).slice(0, -1);
};

/** Creates a target group of type `ip` for tasks, behind the named Application Load Balancer. */
const tasksBehind = (world: World, region: Region, name: string, balancer: string, delay: number): TargetGroup => {
  const spec: TargetGroupSpec = {
    name,
    targetType: "ip",
    port: 8080,
    loadBalancer: balancer,
    deregistrationDelay: delay,
  };
  return createTargetGroup(world, region, spec);
};

const buildShop = (world: World, region: Region, queueArn: string): void => {
  const cluster = createCluster(region, "shop");
  const web = createGroup(world, region, {
    name: "shop-web",
    desired: 30,
    min: 20,
    max: 45,
    types: ["m5.large", "m5a.large", "m6i.large"],
    onDemandBase: 3,
    hooks: [ours],
    tags: { team: "checkout" },
  });
  attachGroup(world, cluster, web);
  const workers = createGroup(world, region, {
    name: "shop-workers",
    desired: 24,
    min: 12,
    max: 36,
    types: ["c5.xlarge", "c5a.xlarge", "c6i.xlarge"],
    hooks: [{ ...ours, notificationTarget: queueArn }],
  });
  attachGroup(world, cluster, workers, { agentSpotDraining: true });
  addDaemon(world, cluster);
  const task = (family: string, stopTimeout: number | null = null): TaskDefinition =>
    defineTask(region, { family, cpu: 512, memory: 1024, stopTimeout });
  const service = (name: string, desired: number, targets: TargetGroup | null, minimumHealthyPercent = 100): void => {
    createService(world, cluster, {
      name,
      definition: task(name),
      desired,
      targetGroup: targets,
      minimumHealthyPercent,
    });
  };
  service("web", 24, tasksBehind(world, region, "shop-web", "shop", 30));
  service("checkout", 4, tasksBehind(world, region, "shop-checkout", "shop", 60));
  service("search", 8, tasksBehind(world, region, "shop-search", "shop", 20), 50);
  // A service with one task behind its load balancer: its last healthy target must be held until another one serves.
  service("admin", 1, tasksBehind(world, region, "shop-admin", "shop", 15));
  createService(world, cluster, {
    name: "mailer",
    definition: task("mailer", 90),
    desired: 12,
    minimumHealthyPercent: 50,
  });
  // The percentages allow neither an extra task nor one less: only StopTask ends such a task.
  createService(world, cluster, {
    name: "ledger-writer",
    definition: task("ledger-writer"),
    desired: 3,
    maximumPercent: 100,
  });
  createService(world, cluster, {
    name: "thumbnails",
    definition: task("thumbnails", 60),
    desired: 4,
    launch: "FARGATE_SPOT",
  });
  const report = task("nightly-report", 60);
  for (let count = 0; count < 6; count += 1) runStandalone(world, cluster, report);
};

const addDaemon = (world: World, cluster: Cluster): void => {
  const definition = defineTask(cluster.region, { family: `${cluster.name}-log-agent`, cpu: 64, memory: 128 });
  createService(world, cluster, { name: "log-agent", definition, strategy: "DAEMON" });
};

const buildData = (world: World, region: Region): void => {
  const cluster = createCluster(region, "data");
  const batch = createGroup(world, region, {
    name: "data-batch",
    desired: 20,
    max: 30,
    types: ["r5.large", "r5a.large"],
    capacityRebalance: true,
  });
  attachGroup(world, cluster, batch, { managedDraining: true, managedTerminationProtection: true });
  const stream = createGroup(world, region, {
    name: "data-stream",
    desired: 18,
    min: 18,
    max: 18,
    types: ["m5.xlarge", "m6i.xlarge"],
    hooks: [ours, theirs],
  });
  attachGroup(world, cluster, stream);
  addDaemon(world, cluster);
  const task = (family: string): TaskDefinition =>
    defineTask(region, { family, cpu: 512, memory: 2048, stopTimeout: 90 });
  const consumer = tasksBehind(world, region, "data-ingest", "data", 45);
  createService(world, cluster, { name: "ingest", definition: task("ingest"), desired: 9, targetGroup: consumer });
  createService(world, cluster, {
    name: "consumer",
    definition: task("consumer"),
    desired: 16,
    minimumHealthyPercent: 75,
  });
  const backfill = task("backfill");
  for (let count = 0; count < 5; count += 1) runStandalone(world, cluster, backfill);
};

/** Builds groups without ECS: the load balancers have the instances themselves as targets. */
const buildPlain = (world: World, region: Region): void => {
  const api = createTargetGroup(world, region, { name: "legacy-api", deregistrationDelay: 60, loadBalancer: "legacy" });
  const admin = createTargetGroup(world, region, {
    name: "legacy-ws",
    port: 8443,
    deregistrationDelay: 90,
    loadBalancer: "legacy",
  });
  createGroup(world, region, {
    name: "legacy-api",
    desired: 16,
    min: 8,
    max: 24,
    types: ["m5.large", "m5a.large"],
    onDemandBase: 2,
    targetGroups: [api, admin],
    hooks: [ours],
  });
  createGroup(world, region, {
    name: "ci-runners",
    desired: 12,
    max: 24,
    types: ["c5.2xlarge", "c5a.2xlarge"],
    capacityRebalance: true,
    tags: { "spotkeeper:opt-out": "true" },
  });
};

/** Builds capacity that someone else manages: DescribeInstances hides it by default, and we must not touch it. */
const buildForeign = (world: World, region: Region): void => {
  const [zone] = region.zones;
  if (!zone) return;
  for (const operator of ["ecs.amazonaws.com", "eks.amazonaws.com"]) {
    launchInstance(world, region, { type: "m6i.large", zone, purchase: "spot", operator, running: true });
  }
};
