import type { Group, InstanceRefresh, Member } from "./group-state.ts";
import { endMember } from "./group-end.ts";
import { isInWarmPool, unitsOf } from "./group-launch.ts";
import { isProtected, serves } from "./groups.ts";
import { later } from "../later.ts";
import type { World } from "../state.ts";

/** assumed: how often a refresh checks its group. */
const CHECK_INTERVAL = 15_000;
/** assumed: after this time somebody cancels it. */
const ABANDONED_AFTER = 1_800_000;

/**
 * Processes that a refresh needs:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
 */
const NEEDED = ["Launch", "Terminate", "InstanceRefresh"];

/**
 * Starts an instance refresh: replaces the group's current instances, one at a time and only while enough of the group
 * serves (assumed), without its warm pool (assumed). Instances on standby or protected from scale-in are waited for,
 * the default of its preferences.
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
  const old = [...group.members.values()].filter((member) => !isInWarmPool(member));
  const check = (): void => {
    const left = old.filter((member) => group.members.get(member.instance.id) === member);
    const isOver = left.length === 0 || world.clock.now() >= refresh.startTime + ABANDONED_AFTER;
    if (isOver) {
      refresh.status = left.length === 0 ? "Successful" : "Cancelled";
      refresh.endTime = world.clock.now();
      return;
    }
    exchangeOne(world, group, left);
    later(world, CHECK_INTERVAL, check);
  };
  later(world, CHECK_INTERVAL, check);
  return refresh;
};

const exchangeOne = (world: World, group: Group, left: readonly Member[]): void => {
  if (NEEDED.some((name) => group.suspended.has(name))) return;
  if (unitsOf([...group.members.values()].filter(serves)) < group.desired) return;
  const next = left.find((member) => member.state === "InService" && !isProtected(member));
  if (next !== undefined)
    endMember(world, next, "an instance was taken out of service in response to an instance refresh");
};
