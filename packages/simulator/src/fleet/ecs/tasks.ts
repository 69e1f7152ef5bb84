import { later } from "../later.ts";
import type { Cluster, ContainerInstance, Service, Task, TaskDefinition } from "./state.ts";
import { arn } from "../region.ts";
import { deregisterTarget, isRegistered, registerTarget } from "../targets.ts";
import { targetGroupNow } from "./deployments.ts";
import type { World } from "../state.ts";
import { taskJoins, taskLeaves } from "../traffic.ts";
import { tellTask } from "./events.ts";

export interface TaskSpec {
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly service?: Service | null;
  readonly containerInstance: ContainerInstance | null;
  readonly zone: string;
  readonly startedBy?: string | null;
  /** Already running, and healthy behind its balancer, when the story starts. */
  readonly running?: boolean;
}

/** Stopped tasks stay visible for an hour: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const stoppedVisible = 3_600_000;

/** Seconds from SIGTERM to SIGKILL unless set: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const defaultStopTimeout = 30;

/** Whether a container instance has room: CPU units and MiB. */
export const fits = (container: ContainerInstance, definition: Pick<TaskDefinition, "cpu" | "memory">): boolean =>
  container.usedCpu + definition.cpu <= container.cpu && container.usedMemory + definition.memory <= container.memory;

const changed = (world: World, task: Task): void => {
  if (!task.service) return;
  for (const listener of world.listeners.serviceChanged) listener(task.service);
};

export const startTask = (world: World, spec: TaskSpec): Task => {
  const { clock, random, settings } = world;
  const { cluster, definition, containerInstance, service = null } = spec;
  const task: Task = {
    arn: arn(cluster.region, "ecs", `task/${cluster.name}/${random.hex(32)}`),
    cluster,
    service,
    group: service ? `service:${service.name}` : `family:${definition.family}`,
    startedBy: spec.startedBy ?? (service ? `ecs-svc/${service.arn.slice(-16)}` : null),
    definition,
    containerInstance,
    zone: spec.zone,
    privateIp: service?.ipv6Only
      ? `2600:1f18::${random.hex(4)}:1${random.hex(3)}`
      : `172.${16 + random.int(16)}.${random.int(256)}.${random.int(256)}`,
    hostPort: 32_768 + random.int(28_000),
    createdAt: clock.now(),
    lastStatus: "PENDING",
    desiredStatus: "RUNNING",
    startedAt: null,
    stoppingAt: null,
    stoppedAt: null,
    stopCode: null,
    stoppedReason: null,
    exitCode: null,
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
  task.lastStatus = "RUNNING";
  task.startedAt = world.clock.now();
  const targets = task.service && targetGroupNow(task.service);
  if (targets && task.service) {
    const instance = task.containerInstance?.instance ?? null;
    const place =
      targets.targetType === "instance" && instance
        ? { id: instance.id, port: task.hostPort }
        : { id: task.privateIp, port: task.service.containerPort };
    task.targets = [registerTarget(world, targets, { ...place, instance, service: task.service, healthy: quiet })];
  }
  taskJoins(world, task, quiet);
  if (!quiet) tellTask(world, task);
  changed(world, task);
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

const terminate = (world: World, task: Task): void => {
  const { random, settings } = world;
  task.lastStatus = "STOPPING";
  // Nobody carries it out where no agent is connected, and ECS goes on waiting (assumed).
  if (task.containerInstance?.agentConnected === false) return;
  const grace = (task.definition.stopTimeout ?? defaultStopTimeout) * 1000;
  const wanted = random.within(settings.taskExit);
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
