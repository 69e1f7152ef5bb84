import { later } from "../later.ts";
import { drawAddresses, drawPort, networkModeOf, portOf } from "./addresses.ts";
import type { Cluster, ContainerInstance, Service, Task, TaskDefinition, TaskSet } from "./state.ts";
import { arn } from "../region.ts";
import { deregisterTarget, isRegistered, registerTarget } from "../targets/targets.ts";
import { targetGroupsNow } from "./target-groups.ts";
import type { World } from "../state.ts";
import { registerTask, deregisterTask } from "../targets/traffic.ts";
import { publishTask } from "./events.ts";

export interface TaskSpec {
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly service?: Service | null;
  readonly taskSet?: TaskSet | null;
  readonly containerInstance: ContainerInstance | null;
  /** The capacity provider that placed it; default none. */
  readonly capacityProvider?: string | null;
  readonly zone: string;
  /** The task group of a standalone task. */
  readonly group?: string;
  readonly startedBy?: string | null;
  /** Whether it already runs, healthy behind its load balancer, at the beginning. */
  readonly running?: boolean;
}

/**
 * Stopped tasks stay visible for an hour:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
const stoppedVisible = 3_600_000;

/**
 * The default seconds from SIGTERM to SIGKILL:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
const defaultStopTimeout = 30;

/** What a task needs on its container instance: CPU units, MiB, and a fixed port. */
export type Needs = Pick<TaskDefinition, "cpu" | "memory" | "hostPort">;

/**
 * Returns true if a container instance has room. A fixed port can be used once:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
export const fits = (container: ContainerInstance, { cpu, memory, hostPort }: Needs): boolean =>
  container.usedCpu + cpu <= container.cpu &&
  container.usedMemory + memory <= container.memory &&
  (hostPort === null || ![...container.tasks].some((task) => task.hostPort === hostPort));

const changed = (world: World, task: Task): void => {
  if (!task.service) return;
  for (const listener of world.listeners.serviceChanged) listener(task.service);
};

export const startTask = (world: World, spec: TaskSpec): Task => {
  const { clock, random, settings } = world;
  const { cluster, definition, containerInstance, service = null, taskSet = null } = spec;
  const networkMode = containerInstance === null ? "awsvpc" : networkModeOf(definition, service);
  const task: Task = {
    arn: arn(cluster.region, "ecs", `task/${cluster.name}/${random.hex(32)}`),
    cluster,
    service,
    taskSet,
    group: service ? `service:${service.name}` : (spec.group ?? `family:${definition.family}`),
    startedBy: spec.startedBy ?? taskSet?.id ?? (service ? `ecs-svc/${service.arn.slice(-16)}` : null),
    definition,
    containerInstance,
    capacityProvider: spec.capacityProvider ?? null,
    zone: spec.zone,
    networkMode,
    ...drawAddresses(random, cluster.region.taskAddresses, networkMode, service, containerInstance?.instance ?? null),
    hostPort: definition.hostPort ?? drawPort(random, containerInstance),
    createdAt: clock.now(),
    lastStatus: "PENDING",
    desiredStatus: "RUNNING",
    startedAt: null,
    stoppingAt: null,
    stoppedAt: null,
    stopCode: null,
    stoppedReason: null,
    exitCode: null,
    protectedUntil: null,
    version: 0,
    targets: [],
    cancelTimer: () => {},
  };
  cluster.tasks.set(task.arn, task);
  service?.tasks.add(task);
  if (containerInstance) {
    containerInstance.tasks.add(task);
    containerInstance.usedCpu += definition.cpu;
    containerInstance.usedMemory += definition.memory;
  }
  if (spec.running) run(world, task, true);
  else task.cancelTimer = later(world, settings.taskStart, () => run(world, task, false));
  return task;
};

const run = (world: World, task: Task, quiet: boolean): void => {
  const now = world.clock.now();
  task.lastStatus = "RUNNING";
  task.startedAt = now;
  const { service } = task;
  if (service !== null && service.protects !== null) task.protectedUntil = now + service.protects;
  failLater(world, task, quiet);
  const instance = task.containerInstance?.instance ?? null;
  task.targets = targetGroupsNow(task).map((group) => {
    const id = group.targetType === "instance" && instance !== null ? instance.id : task.privateIp;
    return registerTarget(world, group, { id, port: portOf(task), instance, service, healthy: quiet });
  });
  registerTask(world, task, quiet);
  if (!quiet) publishTask(world, task);
  changed(world, task);
};

/**
 * Plans the failure of a failing task. A task that fails after it was RUNNING is restarted at once, each time:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
 */
const failLater = (world: World, task: Task, quiet: boolean): void => {
  const { failsAfter } = task.definition;
  if (failsAfter === null) return;
  later(world, quiet ? [0, failsAfter] : failsAfter, () => failTask(world, task));
};

/** Ends a container with an error. ECS learns of it only from a connected agent. */
export const failTask = (world: World, task: Task): void => {
  if (task.desiredStatus === "STOPPED" || task.containerInstance?.agentConnected === false) return;
  task.stopCode = "EssentialContainerExited";
  task.stoppedReason = "Essential container in task exited";
  finishTask(world, task, 1);
};

/**
 * Returns true if a task runs and is healthy in its target groups:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
export const isHealthy = (task: Task): boolean =>
  task.lastStatus === "RUNNING" &&
  task.desiredStatus === "RUNNING" &&
  task.targets.every((target) => target.state === "healthy");

/**
 * Stops a task: DEACTIVATING while its targets drain, then SIGTERM, and SIGKILL after `stopTimeout`. A second call
 * changes nothing. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
export const stopTask = (world: World, task: Task, stopCode: string, reason: string): void => {
  if (task.desiredStatus === "STOPPED") return;
  const { clock } = world;
  task.desiredStatus = "STOPPED";
  task.stopCode = stopCode;
  task.stoppedReason = reason;
  task.stoppingAt = clock.now();
  task.cancelTimer();
  if (task.lastStatus === "PENDING") return finishTask(world, task, null);
  deregisterTask(world, task);
  let left = task.targets.filter(isRegistered).length;
  // A task on Fargate Spot gets SIGTERM with its notice: it does not wait for its targets to drain.
  const waits = left > 0 && stopCode !== "SpotInterruption";
  task.lastStatus = waits ? "DEACTIVATING" : "STOPPING";
  publishTask(world, task);
  for (const target of [...task.targets]) {
    target.onGone.push(() => {
      left -= 1;
      if (left === 0 && task.lastStatus === "DEACTIVATING") terminate(world, task);
    });
    deregisterTarget(world, target);
  }
  if (!waits) terminate(world, task);
  changed(world, task);
};

/** Continues a stop that a disconnected agent did not get, after it has reconnected. */
export const resumeStopping = (world: World, task: Task): void => {
  if (task.lastStatus === "STOPPING") terminate(world, task);
};

const terminate = (world: World, task: Task): void => {
  const { random, settings } = world;
  task.lastStatus = "STOPPING";
  // Without a connected agent nothing stops the task, and ECS keeps waiting (assumed).
  if (task.containerInstance?.agentConnected === false) return;
  const grace = (task.definition.stopTimeout ?? defaultStopTimeout) * 1000;
  const wanted = task.definition.ignoresSigterm ? Infinity : random.within(settings.taskExit);
  // 143 would mean SIGTERM without a handler; a container that outlives the stop timeout is killed: 137.
  task.cancelTimer = later(world, Math.min(wanted, grace), () => finishTask(world, task, wanted > grace ? 137 : 0));
};

/** Ends a task, for whatever reason, and frees its resources. */
export const finishTask = (world: World, task: Task, exitCode: number | null): void => {
  if (task.lastStatus === "STOPPED") return;
  const { clock } = world;
  task.cancelTimer();
  task.lastStatus = "STOPPED";
  task.desiredStatus = "STOPPED";
  task.stoppedAt = clock.now();
  task.exitCode = exitCode;
  for (const target of task.targets) deregisterTarget(world, target);
  deregisterTask(world, task);
  const { containerInstance } = task;
  if (containerInstance?.tasks.delete(task)) {
    containerInstance.usedCpu -= task.definition.cpu;
    containerInstance.usedMemory -= task.definition.memory;
  }
  task.service?.tasks.delete(task);
  publishTask(world, task);
  for (const listener of world.listeners.taskStopped) listener(task);
  changed(world, task);
  later(world, stoppedVisible, () => task.cluster.tasks.delete(task.arn));
};

/**
 * Interrupts a task on Fargate Spot: SIGTERM with the notice, the end after `stopTimeout`, at most 120 s.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
 */
export const interruptTask = (world: World, task: Task): void =>
  stopTask(world, task, "SpotInterruption", "Your Spot Task was interrupted.");
