import type { World } from "../state.ts";
import { deregisterTarget } from "../targets/targets.ts";
import { deregisterMember } from "../targets/traffic.ts";
import { enterService, unitsOf } from "./group-launch.ts";

/**
 * Puts a member on standby, or back into service. It stays in its group, and does not count as capacity.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-enter-exit-standby.html
 *
 * @throws RangeError if the instance is not in service in a group, or not on standby
 */
export const setStandby = (world: World, instanceId: string, on: boolean): void => {
  const member = world.instances.get(instanceId)?.member;
  if (!member || member.state !== (on ? "InService" : "Standby")) {
    throw new RangeError(`${instanceId} is not ${on ? "in service in a group" : "on standby"}`);
  }
  const { group, instance } = member;
  group.desired += (on ? -1 : 1) * unitsOf([member]);
  if (!on) return enterService(world, member);
  member.state = "Standby";
  for (const target of [...instance.targets]) {
    if (target.id === instance.id && group.targetGroups.includes(target.group)) deregisterTarget(world, target);
  }
  deregisterMember(world, member);
  for (const listener of world.listeners.groupChanged) listener(group);
};
