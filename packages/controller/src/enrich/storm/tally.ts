import type { EcsTask } from "../../aws/calls/ecs.ts";
import type { Ms } from "../../clock.ts";
import { serviceId, serviceOf } from "../../inventory/ids.ts";

/** The known tasks of one service, on doomed and other capacity. A new object when the contents change. */
export interface ServiceTasks {
  /** Tasks that ran on the capacity when it became doomed. */
  readonly doomed: number;
  /**
   * Times at which some of these tasks began to stop, ascending. A live array that is updated later: do not keep a
   * reference.
   */
  readonly stops: readonly Ms[];
  /**
   * Private addresses of all tasks on doomed capacity, with the number of tasks. A live map that is updated later: do
   * not keep a reference.
   */
  readonly doomedAddresses: ReadonlyMap<string, number>;
  /** Running tasks by zone; `unknown` if neither task nor container instance has a zone. */
  readonly zones: { readonly [zone: string]: { readonly doomed: number; readonly survives: number } };
}

/** The tasks of one service in one list of tasks. */
export interface Share {
  /** Service id (long ARN). */
  readonly service: string;
  /** Running tasks by zone; null if the task has no zone. */
  readonly running: ReadonlyMap<string | null, number>;
  /** Times at which some of these tasks began to stop. */
  readonly stops: readonly Ms[];
  readonly addresses: readonly string[];
}

/** The sum of one service's shares, to which shares are added and removed. */
export interface Tally {
  /** @param times 1 to add the share, -1 to remove a share that was added with the same zone and `doomed` */
  count(share: Share, zoneOfHost: string | null, doomed: boolean, times: 1 | -1): void;
  /** Returns the sum; null if no share is left. */
  tasks(): ServiceTasks | null;
}

/**
 * Whether the task is one of an ECS Managed Daemon: one on each Managed Instance, without a service, and ending with
 * its instance like the daemons of services. Its definition is a daemon's (DescribeTaskDefinition does not find it);
 * the group: assumed. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons.html
 */
export const isManagedDaemon = ({ taskDefinitionArn, group }: EcsTask): boolean =>
  taskDefinitionArn.includes(":daemon-task-definition/") || group?.startsWith("daemon:") === true;

/** Cached by list, since lists are immutable. */
const shares = new WeakMap<readonly EcsTask[], readonly Share[]>();

export function sharesOf(tasks: readonly EcsTask[]): readonly Share[] {
  const had = shares.get(tasks);
  if (had !== undefined) return had;
  const byService = new Map<string, { running: Map<string | null, number>; stops: Ms[]; addresses: string[] }>();
  for (const task of tasks) {
    const name = serviceOf(task);
    if (name === null) continue;
    const id = serviceId(task.clusterArn, name);
    const share = byService.get(id) ?? { running: new Map<string | null, number>(), stops: [], addresses: [] };
    byService.set(id, share);
    const zone = task.availabilityZone;
    if (task.lastStatus === "RUNNING") {
      share.running.set(zone, (share.running.get(zone) ?? 0) + 1);
      if (task.stoppingAt) share.stops.push(task.stoppingAt);
    }
    share.addresses.push(...task.privateAddresses);
  }
  const made = [...byService].map(([service, share]) => ({ service, ...share }));
  shares.set(tasks, made);
  return made;
}

/** Returns how many of the ascending times are at or before `at`. */
export function countUntil(instants: readonly Ms[], at: Ms): number {
  let [from, to] = [0, instants.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((instants[middle] ?? 0) <= at) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function createTally(): Tally {
  const zones = new Map<string, { readonly doomed: number; readonly survives: number }>();
  const doomedAddresses = new Map<string, number>();
  let counted = 0;
  let doomedRunning = 0;
  const stopped: Ms[] = [];
  return {
    count({ running, stops, addresses }, zoneOfHost, doomed, times) {
      counted += times;
      for (const [taskZone, tasks] of running) {
        const name = taskZone ?? zoneOfHost ?? "unknown";
        const { doomed: going, survives } = zones.get(name) ?? { doomed: 0, survives: 0 };
        const more = times * tasks;
        const zone = doomed ? { doomed: going + more, survives } : { doomed: going, survives: survives + more };
        if (zone.doomed + zone.survives === 0) zones.delete(name);
        else zones.set(name, zone);
        if (doomed) doomedRunning += more;
      }
      if (!doomed) return;
      for (const at of stops) {
        if (times === 1) stopped.splice(countUntil(stopped, at), 0, at);
        else stopped.splice(countUntil(stopped, at) - 1, 1);
      }
      for (const address of addresses) {
        const count = (doomedAddresses.get(address) ?? 0) + times;
        if (count === 0) doomedAddresses.delete(address);
        else doomedAddresses.set(address, count);
      }
    },
    tasks: () =>
      counted === 0
        ? null
        : { doomed: doomedRunning, stops: stopped, doomedAddresses, zones: Object.fromEntries(zones) },
  };
}
