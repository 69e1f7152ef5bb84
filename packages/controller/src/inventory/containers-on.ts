import type { ContainerInstance } from "../aws/calls/ecs.ts";
import type { Inventory } from "./inventory.ts";

/** Which instance is registered as what in one inventory, as it was at a revision of its container instances. */
interface Index {
  revision: number | null;
  readonly byArn: Map<string, ContainerInstance>;
  /** By instance id, in the order of `containersOn`. */
  readonly byInstance: Map<string, readonly ContainerInstance[]>;
}
const indexes = new WeakMap<Inventory, Index>();
const NONE: readonly ContainerInstance[] = [];

/**
 * The container instances that an EC2 instance is registered as, as far as the inventory knows. There can be several:
 * RegisterContainerInstance is not idempotent, so that an agent which lost its data folder, or joined another cluster,
 * leaves an old one behind. The one whose agent is connected comes first: it is what the instance is now.
 * https://github.com/aws/amazon-ecs-agent/issues/782
 *
 * Every incident asks, and a region has thousands of instances, so that an index follows what changes.
 */
export function containersOn(inventory: Inventory, instanceId: string): readonly ContainerInstance[] {
  const index: Index = indexes.get(inventory) ?? { revision: null, byArn: new Map(), byInstance: new Map() };
  indexes.set(inventory, index);
  const revision = inventory.revision("container");
  if (index.revision !== revision) {
    const changed = index.revision === null ? null : inventory.changedSince("container", index.revision);
    const all = (): string[] => [
      ...Array.from(inventory.entries("container"), ([arn]) => arn),
      ...Array.from(index.byArn.keys()),
    ];
    for (const arn of changed ?? all()) follow(index, arn, inventory.get("container", arn)?.value ?? null);
    index.revision = revision;
  }
  return index.byInstance.get(instanceId) ?? NONE;
}

function follow({ byArn, byInstance }: Index, arn: string, now: ContainerInstance | null): void {
  const had = byArn.get(arn) ?? null;
  if (had === now) return;
  if (had !== null) {
    byArn.delete(arn);
    const left = (byInstance.get(had.instanceId) ?? NONE).filter((one) => one.arn !== arn);
    if (left.length === 0) byInstance.delete(had.instanceId);
    else byInstance.set(had.instanceId, left);
  }
  if (now !== null) {
    byArn.set(arn, now);
    byInstance.set(now.instanceId, [...(byInstance.get(now.instanceId) ?? NONE), now].toSorted(liveFirst));
  }
}

const liveFirst = (one: ContainerInstance, other: ContainerInstance): number =>
  Number(other.agentConnected) - Number(one.agentConnected) ||
  Number(hasTasks(other)) - Number(hasTasks(one)) ||
  (one.arn < other.arn ? -1 : 1);

/** As ECS counted them when the container instance was last seen. */
export const hasTasks = ({ runningTasks, pendingTasks }: ContainerInstance): boolean => runningTasks + pendingTasks > 0;

/** The instance has an agent that answers: there is one at a time. */
export const isConnected = (containers: readonly ContainerInstance[]): boolean =>
  containers.some((one) => one.agentConnected);
