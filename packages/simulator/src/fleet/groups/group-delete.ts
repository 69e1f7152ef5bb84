import type { Group } from "./group-state.ts";
import { endInstance } from "../instances.ts";
import type { World } from "../state.ts";

/**
 * Deletes a group and its instances (`ForceDelete`): hooks are ignored, and open lifecycle actions are dropped.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
 */
export const deleteGroup = (world: World, group: Group): void => {
  group.region.groups.delete(group.name);
  group.cancelReconcile?.();
  for (const member of [...group.members.values()]) {
    const { instance, actions } = member;
    for (const action of actions.values()) action.cancelTimer();
    actions.clear();
    member.state = "Terminating";
    group.members.delete(instance.id);
    instance.member = null;
    endInstance(world, instance, "terminate", {
      code: "Client.UserInitiatedShutdown",
      message: "Client.UserInitiatedShutdown: User initiated shutdown",
    });
  }
};
