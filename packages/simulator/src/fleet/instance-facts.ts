import type { Instance, World } from "./state.ts";
import type { Ms } from "../operation.ts";
import type { Target } from "./targets/target-state.ts";
import { containersOf } from "./ecs/containers.ts";

/** What happened to an instance with a notice, as only the simulator can know it. Times are epoch milliseconds. */
export interface InstanceFacts {
  readonly instanceId: string;
  readonly account: string;
  readonly region: string;
  recommendedAt: Ms | null;
  warnedAt: Ms | null;
  /** When EC2 reclaims it; null if the notice is cancelled, or was only a recommendation. */
  deadline: Ms | null;
  diedAt: Ms | null;
  /** When its last registration stopped taking connections; null if it had none, or still takes them. */
  deregisteredAt: Ms | null;
  drainingAt: Ms | null;
  /** When only daemons ran on it; null if that was not before its end. */
  emptyAt: Ms | null;
  /** Tasks that ran at the reclaim and had not been told to stop. */
  tasksKilled: string[];
  /** Tasks that had been told to stop and were not finished. */
  tasksCut: string[];
  /** Container instances on which ECS could still place tasks at the end: ACTIVE, with a connected agent. */
  containersReady: string[];
  /** Registrations that still took connections at the end: requests may have been lost. */
  targetsLost: string[];
}

/** The parts of a world that an observer needs. */
export type ObservedWorld = Pick<World, "clock" | "regions" | "listeners">;

const isOpen = (target: Target): boolean => target.state !== "draining" && target.state !== "unhealthy";

/** Returns all registrations of an instance that still take connections. */
const openOn = ({ targets, registrations }: Instance): string[] => [
  ...[...targets].filter(isOpen).map(({ id, port }) => `${id}:${port}`),
  ...[...registrations].filter(({ open }) => open).map(({ name }) => name),
];

const empty = (instance: Instance): boolean =>
  containersOf(instance).every(({ tasks }) => [...tasks].every((task) => task.service?.strategy === "DAEMON"));

/**
 * Collects facts by listeners. Call it before the acting parts add theirs, so that it sees the state before they change
 * it.
 */
export const watchFacts = ({ clock, listeners }: ObservedWorld): Map<string, InstanceFacts> => {
  const facts = new Map<string, InstanceFacts>();
  /** Ids of instances that took connections when last checked. */
  const open = new Set<string>();
  const factsFor = (instance: Instance): InstanceFacts => {
    const known = facts.get(instance.id);
    if (known) return known;
    const made: InstanceFacts = {
      instanceId: instance.id,
      account: instance.region.account,
      region: instance.region.name,
      recommendedAt: null,
      warnedAt: null,
      deadline: null,
      diedAt: null,
      deregisteredAt: null,
      drainingAt: null,
      emptyAt: null,
      tasksKilled: [],
      tasksCut: [],
      containersReady: [],
      targetsLost: [],
    };
    facts.set(instance.id, made);
    if (openOn(instance).length > 0) open.add(instance.id);
    return made;
  };
  listeners.recommended.push((instance) => {
    factsFor(instance).recommendedAt = clock.now();
  });
  listeners.warned.push((instance) => {
    const entry = factsFor(instance);
    entry.warnedAt = clock.now();
    entry.deadline = instance.notice?.reclaimAt ?? null;
  });
  const trafficChanged = (instance: Instance): void => {
    const entry = facts.get(instance.id);
    if (!entry || entry.diedAt !== null) return;
    if (openOn(instance).length > 0) {
      open.add(instance.id);
      entry.deregisteredAt = null;
    } else if (open.delete(instance.id)) entry.deregisteredAt = clock.now();
  };
  listeners.targetChanged.push(({ instance }) => instance && trafficChanged(instance));
  listeners.trafficChanged.push(trafficChanged);
  listeners.taskStopped.push((task) => {
    const instance = task.containerInstance?.instance;
    const entry = instance && facts.get(instance.id);
    // A daemon that stops after the others changes nothing.
    if (entry && entry.diedAt === null && task.service?.strategy !== "DAEMON" && empty(instance))
      entry.emptyAt = clock.now();
  });
  listeners.instance.push((instance, previous) => {
    if (previous !== "running" || !instance.stateReason?.code.startsWith("Server.Spot")) return;
    const entry = factsFor(instance);
    entry.diedAt = clock.now();
    entry.targetsLost = openOn(instance);
    entry.containersReady = containersOf(instance)
      .filter(({ status, agentConnected }) => status === "ACTIVE" && agentConnected)
      .map(({ arn }) => arn);
    for (const task of containersOf(instance).flatMap(({ tasks }) => [...tasks])) {
      if (task.service?.strategy === "DAEMON") continue;
      (task.desiredStatus === "RUNNING" ? entry.tasksKilled : entry.tasksCut).push(task.arn);
    }
  });
  return facts;
};
