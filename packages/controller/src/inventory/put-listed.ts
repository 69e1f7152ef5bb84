import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { ContainerInstance } from "../aws/calls/ecs.ts";
import type { Ms } from "../clock.ts";
import { clusterArnFrom } from "./ids.ts";
import type { Inventory } from "./inventory.ts";

/** A group names its instances: their membership need not be asked. */
export function putMembers(inventory: Inventory, group: AutoScalingGroup, at: Ms): void {
  for (const { id, state, protected: isProtected } of group.instances) {
    inventory.put("membership", id, { instanceId: id, group: group.name, state, protected: isProtected }, at);
  }
}

/**
 * Puts what a cluster's answer lists; what was known and is not listed has left. Asked by a cluster's bare name, an
 * answer may carry that: ids need the ARN.
 */
export function putContainers(
  inventory: Inventory,
  listed: readonly ContainerInstance[],
  known: readonly ContainerInstance[],
  at: Ms,
): void {
  const arns = new Set(listed.map(({ arn }) => arn));
  for (const { arn } of known) if (!arns.has(arn)) inventory.put("container", arn, null, at);
  for (const one of listed) {
    const clusterArn = clusterArnFrom(one.arn, one.clusterArn);
    inventory.put("container", one.arn, { ...one, clusterArn }, at);
  }
}
