import {
  attachGroup,
  createClassicLoadBalancer,
  createCluster,
  createGroup,
  createLatticeTargetGroup,
  createQueues,
  createService,
  createSimulator,
  createTargetGroup,
  createWorld,
  defineTask,
  fleetOperations,
  type Instance,
  realClock,
  type Region,
  regionOf,
  runStandalone,
  serveSimulator,
  type Simulator,
  type SimulatorServer,
  spotkeeperRules,
  type World,
} from "@spotkeeper/simulator";

export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";
export const SPEED = 12;

/** A fleet in which every responder finds work, served over HTTP at twelve times the speed of the wall clock. */
export interface Served {
  readonly world: World;
  readonly region: Region;
  readonly simulator: Simulator;
  readonly server: SimulatorServer;
  readonly queueUrl: string;
  /** For the child's clock (crash.ts). */
  readonly clockOf: () => string;
  /** Messages that wait or are in flight. */
  readonly depth: () => number;
  /** A running Spot instance of the group that nothing has happened to yet, with tasks first. */
  readonly fresh: (group: string) => Instance;
}

export async function serveFleet(): Promise<Served> {
  const startAt = Date.UTC(2026, 10, 20, 12, 0, 0);
  const clock = realClock({ speed: SPEED, startAt });
  const queues = createQueues(clock, 1);
  const queue = queues.create(ACCOUNT, REGION, "spotkeeper", { visibilityTimeout: 30 });
  const arn = `arn:aws:sqs:${REGION}:${ACCOUNT}:spotkeeper`;
  const world = createWorld({ clock, seed: 1, send: (to, body) => void queues.sendTo(to, body) });
  const region = regionOf(world, ACCOUNT, REGION);
  region.rules.push(...spotkeeperRules(arn));
  build(world, region);
  const simulator = createSimulator({ clock, seed: 1, world, operations: fleetOperations, queues });
  const server = await serveSimulator(simulator);
  const used = new Set<string>();
  return {
    world,
    region,
    simulator,
    server,
    queueUrl: `${server.url}/${ACCOUNT}/spotkeeper`,
    clockOf: () => `${Math.round(clock.now())},${Date.now()},${SPEED}`,
    depth: () => {
      const { visible, inFlight, delayed } = queue.depth();
      return visible + inFlight + delayed;
    },
    fresh(group) {
      const tasksOn = (one: Instance): number => tasksByInstance(region).get(one.id) ?? 0;
      const [found] = [...world.instances.values()]
        .filter((one) => one.member?.group.name === group && one.state === "running" && one.notice === null)
        .filter((one) => one.member?.state === "InService" && one.purchase === "spot" && !used.has(one.id))
        .toSorted((a, b) => tasksOn(b) - tasksOn(a));
      if (found === undefined) throw new Error(`the group ${group} has no instance left`);
      used.add(found.id);
      return found;
    },
  };
}

function tasksByInstance(region: Region): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const cluster of region.clusters.values())
    for (const container of cluster.containerInstances.values())
      counts.set(container.instance.id, container.tasks.size);
  return counts;
}

function build(world: World, region: Region): void {
  const cluster = createCluster(region, "shop");
  const hook = {
    name: "graceful-shutdown-hook",
    transition: "autoscaling:EC2_INSTANCE_TERMINATING",
    heartbeatTimeout: 60,
    defaultResult: "CONTINUE",
  } as const;
  for (const name of ["detached", "raised", "plain"]) {
    const plain = name === "plain";
    const group = createGroup(world, region, {
      name,
      desired: 40,
      max: 90,
      types: ["m5.xlarge"],
      hooks: [hook],
      // Their notices are cancelled: what is taken away here is put back, too.
      classicLoadBalancers: plain ? [createClassicLoadBalancer(region, { name: "shop" })] : [],
      latticeTargetGroups: plain ? [createLatticeTargetGroup(world, region, { name: "shop" })] : [],
    });
    attachGroup(world, cluster, group);
  }
  createGroup(world, region, {
    name: "retained",
    desired: 30,
    types: ["m5.large"],
    retainOnAbandon: true,
    hooks: [{ ...hook, name: "theirs", heartbeatTimeout: 30, defaultResult: "ABANDON" }],
  });
  // Its pools give nothing back, so that only On-Demand can take the place of what goes.
  const short = createGroup(world, region, {
    name: "short",
    desired: 40,
    max: 90,
    types: ["c5.xlarge"],
    hooks: [hook],
  });
  attachGroup(world, cluster, short);
  for (const { name } of region.zones) region.pools.set(`${name}/c5.xlarge/spot`, -1_000);
  const task = (family: string, cpu: number): ReturnType<typeof defineTask> =>
    defineTask(region, { family, cpu, memory: 512, stopTimeout: 30 });
  const balanced = (name: string, desired: number): void => {
    const targetGroup = createTargetGroup(world, region, {
      name,
      targetType: "ip",
      port: 8080,
      loadBalancer: "shop",
      deregistrationDelay: 20,
    });
    createService(world, cluster, {
      name,
      definition: task(name, 256),
      desired,
      targetGroup,
      minimumHealthyPercent: 50,
    });
  };
  balanced("web", 140);
  // Alone behind its balancer: the last healthy target.
  for (let index = 0; index < 30; index++) balanced(`alone-${index}`, 1);
  for (let index = 0; index < 20; index++) runStandalone(world, cluster, task("report", 128));
}
