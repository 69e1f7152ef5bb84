import type { EcsService, EcsTask } from "../../aws/calls/ecs.ts";
import { containersOn } from "../../inventory/containers-on.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import { createTally, type ServiceTasks, sharesOf, type Tally } from "./tally.ts";
import { serviceOf } from "../../inventory/ids.ts";

/** The tasks of each service on doomed and other capacity, by service id (long ARN). */
export type Storm = ReadonlyMap<string, ServiceTasks>;

export const tasksOfService = (tasks: readonly EcsTask[], service: EcsService): readonly EcsTask[] =>
  tasks.filter((task) => task.clusterArn === service.clusterArn && serviceOf(task) === service.name);

/** The counted state of one container instance or Fargate task. */
interface Part {
  readonly tasks: readonly EcsTask[];
  readonly zone: string | null;
  readonly doomed: boolean;
}

/** The cached counts of one inventory, and what they were counted from. */
interface StormState {
  readonly storm: Map<string, ServiceTasks>;
  readonly tallies: Map<string, Tally>;
  /** By ARN of the container instance or Fargate task. */
  readonly parts: Map<string, Part>;
  readonly revisions: Map<"container" | "tasks" | "task", number>;
  asked: ReadonlySet<string>;
  doomed: ReadonlySet<string>;
}
const states = new WeakMap<Inventory, StormState>();

/**
 * Counts the tasks of all services in the inventory, on doomed and other capacity. Every incident of a storm calls
 * this, so the sums are cached and only changes are counted again: the cost depends on the changes, not on the fleet.
 * The returned map is live: the next call updates it.
 *
 * @param doomed ids of instances, and ARNs of Fargate tasks; pass a new set when its contents change
 */
export function stormOf(inventory: Inventory, doomed: ReadonlySet<string>): Storm {
  const state = states.get(inventory) ?? begin();
  states.set(inventory, state);
  const turnedOn = turned(state, doomed).flatMap((id) => [
    id,
    ...containersOn(inventory, id).map((container) => container.arn),
  ]);
  const touched = new Set<string>();
  for (const arn of [...changes(state, inventory), ...turnedOn])
    recount(state, arn, partOf(inventory, arn, doomed), touched);
  for (const service of touched) {
    const tasks = state.tallies.get(service)?.tasks() ?? null;
    if (tasks !== null) state.storm.set(service, tasks);
    else {
      state.storm.delete(service);
      state.tallies.delete(service);
    }
  }
  return state.storm;
}

const begin = (): StormState => ({
  storm: new Map(),
  tallies: new Map(),
  parts: new Map(),
  revisions: new Map(),
  asked: new Set(),
  doomed: new Set(),
});

/** Returns ARNs of container instances and Fargate tasks that changed since the last call. */
function changes({ revisions, parts }: StormState, inventory: Inventory): readonly string[] {
  const since = <F extends "container" | "tasks" | "task">(facet: F): readonly string[] => {
    const before = revisions.get(facet);
    const now = inventory.revision(facet);
    if (before === now) return [];
    revisions.set(facet, now);
    const changed = before === undefined ? null : inventory.changedSince(facet, before);
    return changed ?? [...Array.from(inventory.entries(facet), ([id]) => id), ...parts.keys()];
  };
  return [...since("container"), ...since("tasks"), ...since("task")];
}

/** Returns ids of instances, and ARNs of Fargate tasks, that became doomed or are no longer doomed. */
function turned(state: StormState, doomed: ReadonlySet<string>): readonly string[] {
  const before = state.doomed;
  if (state.asked === doomed && before.size === doomed.size) return [];
  state.asked = doomed;
  state.doomed = new Set(doomed);
  const isNew = [...doomed].filter((id) => !before.has(id));
  return [...isNew, ...[...before].filter((id) => !doomed.has(id))];
}

function partOf(inventory: Inventory, arn: string, doomed: ReadonlySet<string>): Part | null {
  const container = inventory.get("container", arn)?.value ?? null;
  if (container !== null) {
    const tasks = inventory.get("tasks", arn)?.value ?? NO_TASKS;
    const zone = container.attributes["ecs.availability-zone"] ?? null;
    return { tasks, zone, doomed: doomed.has(container.instanceId) };
  }
  const task = inventory.get("task", arn)?.value;
  return task === undefined ? null : { tasks: [task], zone: null, doomed: doomed.has(arn) };
}
const NO_TASKS: readonly EcsTask[] = [];

/** Replaces the counted state of one ARN. */
function recount({ parts, tallies }: StormState, arn: string, part: Part | null, touched: Set<string>): void {
  const had = parts.get(arn) ?? null;
  if (had !== null && part !== null && isSame(had, part)) return;
  const count = ({ tasks, zone, doomed }: Part, times: 1 | -1): void => {
    for (const share of sharesOf(tasks)) {
      const tally = tallies.get(share.service) ?? createTally();
      tallies.set(share.service, tally);
      tally.count(share, zone, doomed, times);
      touched.add(share.service);
    }
  };
  if (had !== null) {
    count(had, -1);
    parts.delete(arn);
  }
  if (part !== null) {
    count(part, 1);
    parts.set(arn, part);
  }
}

const isSame = (one: Part, other: Part): boolean =>
  one.tasks === other.tasks && one.zone === other.zone && one.doomed === other.doomed;
