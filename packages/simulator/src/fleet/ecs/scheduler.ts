import { later } from "../later.ts";
import type { ContainerInstance, Service, Task, TaskDefinition, TaskSet } from "./state.ts";
import { addMessage, publishService } from "./events.ts";
import { isHostOf, isManaged, providerOfNext, runsOnFargate } from "./launch.ts";
import { launchManaged } from "./managed-instances.ts";
import { forgetPending, checkScalingSoon } from "./managed-scaling.ts";
import { wantedBy } from "./task-sets.ts";
import { fits, isHealthy, startTask, stopTask } from "./tasks.ts";
import type { World } from "../state.ts";

/** Reconciles a service soon, only once for any number of changes. */
export const reconcileServiceSoon = (world: World, service: Service): void => {
  if (service.cancelReconcile) return;
  service.cancelReconcile = later(world, world.settings.schedulerReaction, () => {
    service.cancelReconcile = null;
    if (service.status !== "ACTIVE") return;
    if (service.strategy === "DAEMON") reconcileDaemon(world, service);
    else if (service.controller === "ECS") reconcileCohort(world, { service, taskSet: null, ...service });
    else reconcileTaskSets(world, service);
  });
};

/** Tasks of a service that are scheduled together: the whole service, or one task set. */
interface Cohort {
  readonly service: Service;
  readonly taskSet: TaskSet | null;
  readonly definition: TaskDefinition;
  readonly desired: number;
}

/** Reconciles all task sets. A deleted one is removed when its tasks are gone. */
const reconcileTaskSets = (world: World, service: Service): void => {
  for (const taskSet of [...service.taskSets]) {
    const { definition } = taskSet;
    reconcileCohort(world, { service, taskSet, definition, desired: wantedBy(service, taskSet) });
    const isOver = taskSet.status === "DRAINING" && ![...service.tasks].some((task) => task.taskSet === taskSet);
    if (isOver) service.taskSets.splice(service.taskSets.indexOf(taskSet), 1);
  }
};

/**
 * Returns true while a task is protected from scale-in:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html (deployments and scale-in;
 * draining: assumed). StopTask stops it anyway (assumed).
 */
const isProtected = ({ clock }: World, { protectedUntil }: Task): boolean =>
  protectedUntil !== null && clock.now() < protectedUntil;

const isLive = (task: Task): boolean => task.desiredStatus === "RUNNING";
const onDraining = (task: Task): boolean => task.containerInstance?.status === "DRAINING";

/**
 * Returns the limits during a replacement:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html (assumed: for a task set,
 * in percent of its own count)
 */
const taskBounds = ({ service, desired }: Cohort): { readonly lower: number; readonly upper: number } => ({
  lower: Math.ceil((desired * service.minimumHealthyPercent) / 100),
  upper: Math.floor((desired * service.maximumPercent) / 100),
});

/**
 * Reconciles a cohort. On draining instances, pending tasks stop at once, running ones within the two percentages.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
 */
const reconcileCohort = (world: World, cohort: Cohort): void => {
  const { service, taskSet, definition, desired } = cohort;
  const live = [...service.tasks].filter((task) => task.taskSet === taskSet && isLive(task));
  for (const task of live) {
    if (task.lastStatus === "PENDING" && onDraining(task)) stop(world, task);
  }
  const remaining = live.filter(isLive);
  const isLeaving = (task: Task): boolean => onDraining(task) || task.definition !== definition;
  const staying = remaining.filter((task) => !isLeaving(task));
  const leaving = remaining.filter(isLeaving);
  const { lower, upper } = taskBounds(cohort);
  let healthy = remaining.filter(isHealthy).length;
  const wanted = desired - staying.length;
  if (wanted > 0) start(world, cohort, Math.min(wanted, upper - remaining.length));
  else forgetPending(service.cluster.capacityProviders, taskSet ?? service);
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

const start = (world: World, cohort: Cohort, count: number): void => {
  const { service, taskSet } = cohort;
  if (count <= 0 || world.clock.now() < service.blockedUntil) return;
  forgetPending(service.cluster.capacityProviders, taskSet ?? service);
  for (let index = 0; index < count; index += 1) {
    const provider = providerOfNext(service);
    const container = runsOnFargate(service.launch) ? null : choose(world, cohort, provider);
    if (container === undefined) return noRoom(world, cohort, provider, count - index);
    place(world, cohort, container, provider);
  }
};

const place = (
  world: World,
  { service, taskSet, definition }: Omit<Cohort, "desired">,
  containerInstance: ContainerInstance | null,
  capacityProvider: string | null,
): Task => {
  const { cluster } = service;
  const zone = containerInstance?.instance.zone ?? world.random.pick(cluster.region.zones);
  const where = { containerInstance, capacityProvider, zone: zone.name };
  return startTask(world, { cluster, definition, service, taskSet, ...where });
};

/**
 * Returns true if a task fits beside the daemons that have not started there yet. "Amazon ECS reserves container
 * instance compute resources […] for the daemon tasks":
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_scheduler_daemon.html
 */
const hasRoom = ({ service, definition }: Cohort, container: ContainerInstance, provider: string | null): boolean => {
  if (!isHostOf(container, provider)) return false;
  const { hostPort } = definition;
  let { cpu, memory } = definition;
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

/** Returns the emptiest of a few random instances; checks all of them only if none of those fits. */
const choose = (world: World, cohort: Cohort, provider: string | null): ContainerInstance | undefined => {
  const { items } = cohort.service.cluster.ready;
  let best: ContainerInstance | undefined;
  for (let draw = 0; draw < Math.min(8, items.length); draw += 1) {
    const container = items[world.random.int(items.length)];
    if (!container || !hasRoom(cohort, container, provider)) continue;
    if (!best || container.usedCpu / container.cpu < best.usedCpu / best.cpu) best = container;
  }
  return best ?? items.find((container) => hasRoom(cohort, container, provider));
};

const noRoom = (
  world: World,
  { service, taskSet, definition }: Cohort,
  provider: string | null,
  count: number,
): void => {
  const { clock, settings } = world;
  const asked = service.cluster.capacityProviders.find(({ name }) => name === provider);
  if (asked !== undefined) {
    asked.pending.set(taskSet ?? service, { service, definition, count });
    if (isManaged(asked)) launchManaged(world, asked);
    else checkScalingSoon(world, asked);
  }
  service.blockedUntil = clock.now() + settings.placementRetry;
  addMessage(
    world,
    service,
    `(service ${service.name}) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster with enough resources.`,
  );
  publishService(world, service, "SERVICE_TASK_PLACEMENT_FAILURE", "RESOURCE:CPU");
  later(world, settings.placementRetry, () => reconcileServiceSoon(world, service));
};

/**
 * Reconciles a daemon service: one task on each active instance; on a draining instance it stops after the other tasks.
 * In a deployment, tasks of the earlier revision stop within the lower percentage, and a new one starts where one has
 * stopped, since the upper percentage is 100 (assumed: not on a draining instance; the desired count is the number of
 * active instances). https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_scheduler_daemon.html
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
const reconcileDaemon = (world: World, service: Service): void => {
  const { cluster, definition, tasks } = service;
  const hosts = cluster.ready.items.filter((container) => isHostOf(container, null));
  service.desired = hosts.length;
  for (const task of [...tasks].filter(isLive)) {
    const container = task.containerInstance;
    if (container?.status === "DRAINING" && ![...container.tasks].some((other) => other.service?.strategy !== "DAEMON"))
      stop(world, task);
  }
  const live = [...tasks].filter((task) => isLive(task) && !onDraining(task));
  const lower = Math.ceil((service.desired * service.minimumHealthyPercent) / 100);
  let healthy = live.filter(isHealthy).length;
  for (const task of live.filter((one) => one.definition !== definition)) {
    const after = healthy - (isHealthy(task) ? 1 : 0);
    if (after < lower || isProtected(world, task)) continue;
    healthy = after;
    stop(world, task);
  }
  const covered = new Set(Array.from(tasks, ({ containerInstance }) => containerInstance));
  for (const container of hosts)
    if (!covered.has(container) && fits(container, definition))
      place(world, { service, taskSet: null, definition }, container, null);
};

/** Follows tasks: when the last other task has left a draining instance, its daemons may stop. */
export const daemonsFollowTask = (world: World, task: Task): void => {
  const container = task.containerInstance;
  if (container?.status !== "DRAINING" || task.service?.strategy === "DAEMON") return;
  for (const other of container.tasks)
    if (other.service?.strategy === "DAEMON") reconcileServiceSoon(world, other.service);
};
