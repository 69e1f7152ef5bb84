import type { EcsTask } from "../aws/calls/ecs.ts";
import type { Ms } from "../clock.ts";
import { serviceId, serviceOf } from "../inventory/ids.ts";

/** The known tasks of one service, apart by whether their capacity is doomed. A new one for new contents. */
export interface ServiceTasks {
  /** Tasks on doomed capacity that ran when that began to go. */
  readonly doomed: number;
  /** When those of them ceased to run that have, the latest last. Shared with later ones: read it now. */
  readonly stops: readonly Ms[];
  /** Private addresses of all tasks on doomed capacity, with how many have each. Shared with later ones: read it now. */
  readonly doomedAddresses: ReadonlyMap<string, number>;
  /** Running tasks by zone; `unknown` where neither task nor container instance names one. */
  readonly zones: { readonly [zone: string]: { readonly doomed: number; readonly survives: number } };
}

/** What one list of tasks holds of one service. */
export interface Share {
  /** Service id (long ARN). */
  readonly service: string;
  /** Running tasks by zone; null where the task names none. */
  readonly running: ReadonlyMap<string | null, number>;
  /** When those of them ceased to run that have. */
  readonly stops: readonly Ms[];
  readonly addresses: readonly string[];
}

/** The sum of one service's shares, which come and go. */
export interface Tally {
  /** @param times 1 to count the share, -1 to take back what was counted for the same zone and doom */
  count(share: Share, zoneOfHost: string | null, doomed: boolean, times: 1 | -1): void;
  /** Null where nothing is left. */
  tasks(): ServiceTasks | null;
}

/**
 * A task of an ECS Managed Daemon: one on each Managed Instance, of no service, and going with its instance as the
 * daemons of services do. Its definition is a daemon's (DescribeTaskDefinition does not know it); the group: assumed.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons.html
 */
export const isManagedDaemon = ({ taskDefinitionArn, group }: EcsTask): boolean =>
  taskDefinitionArn.includes(":daemon-task-definition/") || group?.startsWith("daemon:") === true;

/** Lists are replaced, never changed, so that each is summed once. */
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

/** How many of ascending instants are not later. */
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
