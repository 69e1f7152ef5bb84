import type { Ec2Instance } from "../aws/calls/ec2.ts";
import type { ContainerInstance } from "../aws/calls/ecs.ts";
import { isEndState } from "../signal/states.ts";
import type { Inventory } from "./inventory.ts";

/** Index of container instances by EC2 instance, as of a revision of the facet `container`. */
interface Index {
  revision: number | null;
  readonly byArn: Map<string, ContainerInstance>;
  /** By instance id, in the order of `containersOn`. */
  readonly byInstance: Map<string, readonly ContainerInstance[]>;
}
const indexes = new WeakMap<Inventory, Index>();
const NONE: readonly ContainerInstance[] = [];

/**
 * Returns the container instances of an EC2 instance that the inventory knows, the one with a connected agent first.
 * There can be several: RegisterContainerInstance is not idempotent, so an agent that lost its data folder, or joined
 * another cluster, leaves an old registration behind. https://github.com/aws/amazon-ecs-agent/issues/782
 *
 * Uses an index that is updated by changes only, since every incident calls this and a region has thousands of
 * instances.
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

/** Whether the container instance had tasks when it was last observed. */
export const hasTasks = ({ runningTasks, pendingTasks }: ContainerInstance): boolean => runningTasks + pendingTasks > 0;

/** Whether the instance's ECS agent is connected. An instance has one agent at a time. */
export const isConnected = (containers: readonly ContainerInstance[]): boolean =>
  containers.some((one) => one.agentConnected);

/**
 * Whether the known container instances of an instance suffice to drain it: one has a connected agent. The agent of an
 * instance that ends is disconnected, so then any suffices; further ones are drained when the alert's reads find them.
 */
export const sufficeToDrain = (
  containers: readonly ContainerInstance[],
  instance: Pick<Ec2Instance, "state"> | null,
): boolean => containers.length > 0 && (isConnected(containers) || isEndState(instance?.state ?? ""));
