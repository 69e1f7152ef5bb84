import { later } from "../later.ts";
import type { ContainerInstance, Service, Task } from "./state.ts";
import { addMessage, tellService } from "./events.ts";
import { isHostOf, isManaged, providerOfNext, runsOnFargate } from "./launch.ts";
import { launchManaged } from "./managed-instances.ts";
import { fits, isHealthy, startTask, stopTask } from "./tasks.ts";
import type { World } from "../state.ts";

/** Looks at a service soon, once, however much changes meanwhile. */
export const touchService = (world: World, service: Service): void => {
  if (service.cancelReconcile) return;
  service.cancelReconcile = later(world, world.settings.schedulerReaction, () => {
    service.cancelReconcile = null;
    if (service.status !== "ACTIVE") return;
    if (service.strategy === "DAEMON") reconcileDaemon(world, service);
    else reconcileReplica(world, service);
  });
};

/**
 * Protected from what the scheduler stops for: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html
 * (deployments and scale-in; draining: assumed). StopTask stops it all the same (assumed).
 */
const isProtected = ({ clock }: World, { protectedUntil }: Task): boolean =>
  protectedUntil !== null && clock.now() < protectedUntil;

const isLive = (task: Task): boolean => task.desiredStatus === "RUNNING";
const onDraining = (task: Task): boolean => task.containerInstance?.status === "DRAINING";

/** The bounds of a replacement: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
const taskBounds = (service: Service): { readonly lower: number; readonly upper: number } => ({
  lower: Math.ceil((service.desired * service.minimumHealthyPercent) / 100),
  upper: Math.floor((service.desired * service.maximumPercent) / 100),
});

/**
 * Draining as documented: pending tasks stop at once, running ones as the two percentages allow.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
 */
const reconcileReplica = (world: World, service: Service): void => {
  const live = [...service.tasks].filter(isLive);
  for (const task of live) {
    if (task.lastStatus === "PENDING" && onDraining(task)) stop(world, task);
  }
  const remaining = live.filter(isLive);
  const isLeaving = (task: Task): boolean => onDraining(task) || task.definition !== service.definition;
  const staying = remaining.filter((task) => !isLeaving(task));
  const leaving = remaining.filter(isLeaving);
  const { lower, upper } = taskBounds(service);
  let healthy = remaining.filter(isHealthy).length;
  const wanted = service.desired - staying.length;
  if (wanted > 0) start(world, service, Math.min(wanted, upper - remaining.length));
  for (const task of leaving) {
    const after = healthy - (isHealthy(task) ? 1 : 0);
    if (after < lower || isProtected(world, task)) continue;
    healthy = after;
    stop(world, task);
  }
  for (const task of wanted < 0 ? staying.filter((one) => !isProtected(world, one)).slice(wanted) : [])
    stop(world, task);
};

const stop = (world: World, task: Task): void =>
  stopTask(
    world,
    task,
    "ServiceSchedulerInitiated",
    `Scaling activity initiated by (deployment ecs-svc/${task.service?.arn.slice(-16) ?? ""})`,
  );

const start = (world: World, service: Service, count: number): void => {
  if (count <= 0 || world.clock.now() < service.blockedUntil) return;
  for (let index = 0; index < count; index += 1) {
    const provider = providerOfNext(service);
    const container = runsOnFargate(service.launch) ? null : choose(world, service, provider);
    if (container === undefined) return noRoom(world, service, provider);
    place(world, service, container, provider);
  }
};

const place = (
  world: World,
  service: Service,
  containerInstance: ContainerInstance | null,
  capacityProvider: string | null,
): Task => {
  const { cluster, definition } = service;
  const zone = containerInstance?.instance.zone ?? world.random.pick(cluster.region.zones);
  return startTask(world, { cluster, definition, service, containerInstance, capacityProvider, zone: zone.name });
};

/**
 * Room that is not kept for a daemon which has still to start there.
 * "Amazon ECS reserves container instance compute resources […] for the daemon tasks":
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_scheduler_daemon.html
 */
const hasRoom = (service: Service, container: ContainerInstance, provider: string | null): boolean => {
  if (!isHostOf(container, provider)) return false;
  const { hostPort } = service.definition;
  let { cpu, memory } = service.definition;
  for (const other of service.cluster.services.values()) {
    if (
      other.strategy !== "DAEMON" ||
      !isHostOf(container, null) ||
      [...container.tasks].some((task) => task.service === other)
    )
      continue;
    cpu += other.definition.cpu;
    memory += other.definition.memory;
  }
  return fits(container, { cpu, memory, hostPort });
};

/** The emptiest of a few drawn instances; all of them are looked at only when none of the drawn ones fits. */
const choose = (world: World, service: Service, provider: string | null): ContainerInstance | undefined => {
  const { items } = service.cluster.ready;
  let best: ContainerInstance | undefined;
  for (let draw = 0; draw < Math.min(8, items.length); draw += 1) {
    const container = items[world.random.int(items.length)];
    if (!container || !hasRoom(service, container, provider)) continue;
    if (!best || container.usedCpu / container.cpu < best.usedCpu / best.cpu) best = container;
  }
  return best ?? items.find((container) => hasRoom(service, container, provider));
};

const noRoom = (world: World, service: Service, provider: string | null): void => {
  const { clock, settings } = world;
  const asked = service.cluster.capacityProviders.find(({ name }) => name === provider);
  if (asked !== undefined && isManaged(asked)) launchManaged(world, asked);
  service.blockedUntil = clock.now() + settings.placementRetry;
  addMessage(
    world,
    service,
    `(service ${service.name}) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster with enough resources.`,
  );
  tellService(world, service, "SERVICE_TASK_PLACEMENT_FAILURE", "RESOURCE:CPU");
  later(world, settings.placementRetry, () => touchService(world, service));
};

/**
 * One task on each active instance; on a draining one it stops after the others.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_scheduler_daemon.html
 */
const reconcileDaemon = (world: World, service: Service): void => {
  const covered = new Set<ContainerInstance | null>();
  for (const task of [...service.tasks].filter(isLive)) {
    const container = task.containerInstance;
    covered.add(container);
    if (
      container?.status === "DRAINING" &&
      ![...container.tasks].some((other) => other.service?.strategy !== "DAEMON")
    ) {
      stop(world, task);
    }
  }
  for (const container of service.cluster.ready.items) {
    if (!isHostOf(container, null) || covered.has(container)) continue;
    if (fits(container, service.definition)) place(world, service, container, null);
  }
};

/** Hears ECS: the last task to leave a draining instance lets its daemons go. */
export const daemonsFollowTask = (world: World, task: Task): void => {
  const container = task.containerInstance;
  if (container?.status !== "DRAINING" || task.service?.strategy === "DAEMON") return;
  for (const other of container.tasks) if (other.service?.strategy === "DAEMON") touchService(world, other.service);
};
