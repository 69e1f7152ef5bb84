import type { EcsService, EcsTask } from "../aws/aws.ts";
import { serviceId } from "../inventory/ids.ts";
import type { Inventory } from "../inventory/inventory.ts";

/** The known tasks of one service, apart by whether their capacity is doomed. */
export interface ServiceTasks {
  /** Running tasks on doomed capacity. */
  readonly doomed: number;
  /** Private addresses of all tasks on doomed capacity. */
  readonly doomedAddresses: ReadonlySet<string>;
  /** Running tasks by zone; `unknown` where neither task nor container instance names one. */
  readonly zones: { readonly [zone: string]: { readonly doomed: number; readonly survives: number } };
}

/** What all that is doomed means for each service, by service id (long ARN). */
export type Storm = ReadonlyMap<string, ServiceTasks>;

interface Building {
  doomed: number;
  readonly doomedAddresses: Set<string>;
  readonly zones: Record<string, { doomed: number; survives: number }>;
}

interface Share {
  readonly service: string;
  readonly running: ReadonlyMap<string | null, number>;
  readonly addresses: readonly string[];
}

/** The name in `service:<name>`; null for what no service started. */
export const serviceOf = (task: EcsTask): string | null =>
  task.group?.startsWith("service:") === true ? task.group.slice("service:".length) : null;

export const tasksOfService = (tasks: readonly EcsTask[], service: EcsService): readonly EcsTask[] =>
  tasks.filter((task) => task.clusterArn === service.clusterArn && serviceOf(task) === service.name);

/** What one list of tasks holds of each service: lists are replaced, never changed, so that each is summed once. */
const shares = new WeakMap<readonly EcsTask[], readonly Share[]>();

function sharesOf(tasks: readonly EcsTask[]): readonly Share[] {
  const had = shares.get(tasks);
  if (had !== undefined) return had;
  const byService = new Map<string, { running: Map<string | null, number>; addresses: string[] }>();
  for (const task of tasks) {
    const name = serviceOf(task);
    if (name === null) continue;
    const id = serviceId(task.clusterArn, name);
    const share = byService.get(id) ?? { running: new Map<string | null, number>(), addresses: [] };
    byService.set(id, share);
    const zone = task.availabilityZone;
    if (task.lastStatus === "RUNNING") share.running.set(zone, (share.running.get(zone) ?? 0) + 1);
    share.addresses.push(...task.privateAddresses);
  }
  const made = [...byService].map(([service, share]) => ({ service, ...share }));
  shares.set(tasks, made);
  return made;
}

interface Kept {
  readonly inventory: Inventory;
  readonly size: number;
  readonly revision: string;
  readonly storm: Storm;
}
const kept = new WeakMap<ReadonlySet<string>, Kept>();

/**
 * All services' tasks in the inventory, on doomed and on other capacity. O(container instances), and kept until the
 * inventory's tasks or the set change, since every incident of a storm asks for it.
 *
 * @param doomed ids of instances, and ARNs of Fargate tasks; a new set for new contents
 */
export function stormOf(inventory: Inventory, doomed: ReadonlySet<string>): Storm {
  const revision = `${inventory.revision("container")}/${inventory.revision("tasks")}/${inventory.revision("task")}`;
  const had = kept.get(doomed);
  if (had?.inventory === inventory && had.size === doomed.size && had.revision === revision) return had.storm;
  const storm = build(inventory, doomed);
  kept.set(doomed, { inventory, size: doomed.size, revision, storm });
  return storm;
}

function build(inventory: Inventory, doomed: ReadonlySet<string>): Storm {
  const services = new Map<string, Building>();
  const add = (tasks: readonly EcsTask[], isDoomed: boolean, zoneOfHost: string | null): void => {
    for (const share of sharesOf(tasks)) {
      const service = services.get(share.service) ?? { doomed: 0, doomedAddresses: new Set<string>(), zones: {} };
      services.set(share.service, service);
      for (const [taskZone, count] of share.running) {
        const name = taskZone ?? zoneOfHost ?? "unknown";
        const zone = (service.zones[name] ??= { doomed: 0, survives: 0 });
        zone[isDoomed ? "doomed" : "survives"] += count;
        if (isDoomed) service.doomed += count;
      }
      if (isDoomed) for (const address of share.addresses) service.doomedAddresses.add(address);
    }
  };
  for (const [instanceId, { value: container }] of inventory.entries("container")) {
    const tasks = container === null ? undefined : inventory.get("tasks", container.arn);
    if (container === null || tasks === undefined) continue;
    add(tasks.value, doomed.has(instanceId), container.attributes["ecs.availability-zone"] ?? null);
  }
  for (const [arn, { value: task }] of inventory.entries("task")) add(oneTask(task), doomed.has(arn), null);
  return services;
}

const singles = new WeakMap<EcsTask, readonly EcsTask[]>();
function oneTask(task: EcsTask): readonly EcsTask[] {
  const list = singles.get(task) ?? [task];
  singles.set(task, list);
  return list;
}
