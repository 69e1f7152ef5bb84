import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { ContainerInstance } from "../aws/calls/ecs.ts";
import type { Ms } from "../clock.ts";
import { clusterArnFrom } from "./ids.ts";
import type { Inventory } from "./inventory.ts";

/** Adds the memberships of a group's instances, so that they need not be read. */
export function putMembers(inventory: Inventory, group: AutoScalingGroup, at: Ms): void {
  for (const { id, state, protected: isProtected } of group.instances) {
    inventory.put("membership", id, { instanceId: id, group: group.name, state, protected: isProtected }, at);
  }
}

/**
 * Adds a cluster's container instances; known ones that are not listed have left. The answer to a request by cluster
 * name can contain the name, so the ARN is made from it.
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
