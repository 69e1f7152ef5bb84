import { later } from "../later.ts";
import { drawAddresses, drawPort, networkModeOf, portOf } from "./addresses.ts";
import type { Cluster, ContainerInstance, Service, Task, TaskDefinition, TaskSet } from "./state.ts";
import { arn } from "../region.ts";
import { deregisterTarget, isRegistered, registerTarget } from "../targets.ts";
import { targetGroupsNow } from "./target-groups.ts";
import type { World } from "../state.ts";
import { taskJoins, taskLeaves } from "../traffic.ts";
import { tellTask } from "./events.ts";

export interface TaskSpec {
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly service?: Service | null;
  readonly taskSet?: TaskSet | null;
  readonly containerInstance: ContainerInstance | null;
  /** By whose strategy it is placed; none unless given. */
  readonly capacityProvider?: string | null;
  readonly zone: string;
  /** Of a task that no service owns. */
  readonly group?: string;
  readonly startedBy?: string | null;
  /** Already running, and healthy behind its balancer, when the story starts. */
  readonly running?: boolean;
}

/** Stopped tasks stay visible for an hour: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const stoppedVisible = 3_600_000;

/** Seconds from SIGTERM to SIGKILL unless set: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const defaultStopTimeout = 30;

/** What a task takes of its container instance: CPU units, MiB, and the port that it wants for itself. */
export type Needs = Pick<TaskDefinition, "cpu" | "memory" | "hostPort">;

/**
 * Whether a container instance has room. A fixed port can be taken once:
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
  taskJoins(world, task, quiet);
  if (!quiet) tellTask(world, task);
  changed(world, task);
};

/**
 * A task that fails after it was RUNNING is started again at once, as often as it fails:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
 */
const failLater = (world: World, task: Task, quiet: boolean): void => {
  const { failsAfter } = task.definition;
  if (failsAfter === null) return;
  later(world, quiet ? [0, failsAfter] : failsAfter, () => failTask(world, task));
};

/** A container ends by itself, with an error. ECS hears of it from the agent alone. */
export const failTask = (world: World, task: Task): void => {
  if (task.desiredStatus === "STOPPED" || task.containerInstance?.agentConnected === false) return;
  task.stopCode = "EssentialContainerExited";
  task.stoppedReason = "Essential container in task exited";
  finishTask(world, task, 1);
};

/** In the balancer's eyes too: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
export const isHealthy = (task: Task): boolean =>
  task.lastStatus === "RUNNING" &&
  task.desiredStatus === "RUNNING" &&
  task.targets.every((target) => target.state === "healthy");

/**
 * Stops a task: DEACTIVATING while its targets drain, SIGTERM, SIGKILL after `stopTimeout`. Asking twice changes nothing.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
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
  taskLeaves(world, task);
  let left = task.targets.filter(isRegistered).length;
  // A task on Fargate Spot gets SIGTERM with its notice: the two minutes are not spent on draining.
  const waits = left > 0 && stopCode !== "SpotInterruption";
  task.lastStatus = waits ? "DEACTIVATING" : "STOPPING";
  tellTask(world, task);
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

/** An agent that is connected again carries out what it was not told meanwhile. */
export const resumeStopping = (world: World, task: Task): void => {
  if (task.lastStatus === "STOPPING") terminate(world, task);
};

const terminate = (world: World, task: Task): void => {
  const { random, settings } = world;
  task.lastStatus = "STOPPING";
  // Nobody carries it out where no agent is connected, and ECS goes on waiting (assumed).
  if (task.containerInstance?.agentConnected === false) return;
  const grace = (task.definition.stopTimeout ?? defaultStopTimeout) * 1000;
  const wanted = task.definition.ignoresSigterm ? Infinity : random.within(settings.taskExit);
  // 143 would be SIGTERM unhandled; a container that outlives its grace is killed: 137.
  task.cancelTimer = later(world, Math.min(wanted, grace), () => finishTask(world, task, wanted > grace ? 137 : 0));
};

/** The task is over, however that came; what it held is free. */
export const finishTask = (world: World, task: Task, exitCode: number | null): void => {
  if (task.lastStatus === "STOPPED") return;
  const { clock } = world;
  task.cancelTimer();
  task.lastStatus = "STOPPED";
  task.desiredStatus = "STOPPED";
  task.stoppedAt = clock.now();
  task.exitCode = exitCode;
  for (const target of task.targets) deregisterTarget(world, target);
  taskLeaves(world, task);
  const { containerInstance } = task;
  if (containerInstance?.tasks.delete(task)) {
    containerInstance.usedCpu -= task.definition.cpu;
    containerInstance.usedMemory -= task.definition.memory;
  }
  task.service?.tasks.delete(task);
  tellTask(world, task);
  for (const listener of world.listeners.taskStopped) listener(task);
  changed(world, task);
  later(world, stoppedVisible, () => task.cluster.tasks.delete(task.arn));
};

/**
 * Fargate takes a Spot task back: SIGTERM with the notice, the end after `stopTimeout`, at most 120 s.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
 */
export const interruptTask = (world: World, task: Task): void =>
  stopTask(world, task, "SpotInterruption", "Your Spot Task was interrupted.");
