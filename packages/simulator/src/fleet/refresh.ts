import type { Group, InstanceRefresh, Member } from "./group-state.ts";
import { endMember } from "./group-end.ts";
import { isWarm, unitsOf } from "./group-launch.ts";
import { isProtected, serves } from "./groups.ts";
import { later } from "./later.ts";
import type { World } from "./state.ts";

/** assumed: how often a refresh looks at its group. */
const LOOK_EVERY = 15_000;
/** assumed: after so long somebody cancels it. */
const LONGEST = 1_800_000;

/** Processes without which a refresh waits: https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
const NEEDED = ["Launch", "Terminate", "InstanceRefresh"];

/**
 * Exchanges the instances that a group has now: one at a time, and only while the group serves as much as it wants
 * (assumed), without those of its warm pool (assumed). Those on standby, or protected from scale-in, are waited for, which is the default of its preferences.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
 */
export const startRefresh = (world: World, group: Group): InstanceRefresh => {
  const refresh: InstanceRefresh = {
    id: world.random.uuid(),
    startTime: world.clock.now(),
    endTime: null,
    status: "InProgress",
  };
  group.refreshes.push(refresh);
  const old = [...group.members.values()].filter((member) => !isWarm(member));
  const look = (): void => {
    const left = old.filter((member) => group.members.get(member.instance.id) === member);
    const isOver = left.length === 0 || world.clock.now() >= refresh.startTime + LONGEST;
    if (isOver) {
      refresh.status = left.length === 0 ? "Successful" : "Cancelled";
      refresh.endTime = world.clock.now();
      return;
    }
    exchangeOne(world, group, left);
    later(world, LOOK_EVERY, look);
  };
  later(world, LOOK_EVERY, look);
  return refresh;
};

const exchangeOne = (world: World, group: Group, left: readonly Member[]): void => {
  if (NEEDED.some((name) => group.suspended.has(name))) return;
  if (unitsOf([...group.members.values()].filter(serves)) < group.desired) return;
  const next = left.find((member) => member.state === "InService" && !isProtected(member));
  if (next !== undefined)
    endMember(world, next, "an instance was taken out of service in response to an instance refresh");
};
