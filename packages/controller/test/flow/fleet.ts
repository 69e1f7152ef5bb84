import {
  attachGroup,
  createCluster,
  createGroup,
  createService,
  createTargetGroup,
  defineTask,
  type Group,
  type Instance,
  type Region,
  runStandalone,
  spotkeeperRules,
  type World,
} from "@spotkeeper/simulator";
import { QUEUE } from "./box.ts";

export const HOOK = "graceful-shutdown-hook";
export const ECS_HOOK = "ecs-managed-draining-termination-hook";

export const ourHook = {
  name: HOOK,
  transition: "autoscaling:EC2_INSTANCE_TERMINATING",
  heartbeatTimeout: 300,
  defaultResult: "CONTINUE",
} as const;

export interface ShopOptions {
  readonly group?: Partial<Parameters<typeof createGroup>[2]>;
  readonly provider?: Parameters<typeof attachGroup>[3];
  readonly web?: Partial<Parameters<typeof createService>[2]>;
  readonly stopTimeout?: number;
  /** Seconds. */
  readonly deregistrationDelay?: number;
  readonly standalone?: boolean;
  readonly daemon?: boolean;
}

/** One cluster `shop` on a group `web` of six with our hook, and a service `web` of four tasks behind a balancer. */
export const shop =
  (options: ShopOptions = {}) =>
  (world: World, region: Region): void => {
    region.rules.push(...spotkeeperRules(QUEUE));
    const cluster = createCluster(region, "shop");
    const group = createGroup(world, region, {
      name: "web",
      desired: 6,
      max: 9,
      types: ["m5.large"],
      hooks: [ourHook],
      ...options.group,
    });
    attachGroup(world, cluster, group, options.provider);
    const targetGroup = createTargetGroup(world, region, {
      name: "web",
      targetType: "ip",
      port: 8080,
      loadBalancer: "shop",
      deregistrationDelay: options.deregistrationDelay ?? 20,
    });
    if (options.daemon === true)
      createService(world, cluster, {
        name: "logs",
        definition: defineTask(region, { family: "logs", cpu: 64, memory: 64 }),
        strategy: "DAEMON",
      });
    const { stopTimeout } = options;
    createService(world, cluster, {
      name: "web",
      definition: defineTask(region, { family: "web", cpu: 512, memory: 512, stopTimeout: stopTimeout ?? null }),
      desired: 4,
      targetGroup,
      minimumHealthyPercent: 50,
      ...options.web,
    });
    if (options.standalone === true)
      runStandalone(
        world,
        cluster,
        defineTask(region, { family: "report", cpu: 256, memory: 256, stopTimeout: stopTimeout ?? 30 }),
      );
  };

export function groupOf(region: Region, name = "web"): Group {
  const group = region.groups.get(name);
  if (group === undefined) throw new Error(`no group ${name}`);
  return group;
}

/** Instances that carry a task of the service, in the order of their launch. */
export const hostsOf = (region: Region, service = "web"): Instance[] =>
  [...region.instances.values()].filter((instance) =>
    [...(instance.containerInstance?.tasks ?? [])].some((task) => task.service?.name === service),
  );

/** An instance that carries a task of the service. */
export function hostOf(region: Region, service = "web"): Instance {
  const [instance] = hostsOf(region, service);
  if (instance === undefined) throw new Error(`nothing runs a task of ${service}`);
  return instance;
}

/** The instance that runs the task which no service owns. */
export function hostOfStandalone(region: Region): Instance {
  const found = [...region.instances.values()].find((instance) =>
    [...(instance.containerInstance?.tasks ?? [])].some((task) => task.service === null),
  );
  if (found === undefined) throw new Error("no standalone task runs");
  return found;
}

/** Takes one instance out of a group, as a scaling policy would. */
export function scaleIn(world: World, group: Group): void {
  group.desired -= 1;
  for (const listener of world.listeners.groupChanged) listener(group);
}
