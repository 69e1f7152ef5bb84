import { endMember, type Group, recommend, startRefresh, type World } from "@spotkeeper/simulator";
import type { GroupItem } from "../dimensions/groups.ts";

/** Starts the changes that are in progress in a group when the worker starts. Returns true if there are any. */
export function beginUnderWay(world: World, group: Group, item: GroupItem): boolean {
  if (item.launching && group.desired < group.max) {
    group.desired += 1;
    for (const listener of world.listeners.groupChanged) listener(group);
  }
  if (item.refreshing) startRefresh(world, group);
  if (item.rebalancing) {
    const first = [...group.members.values()].find(
      ({ state, instance }) => state === "InService" && instance.purchase === "spot",
    );
    if (first !== undefined) recommend(world, first.instance);
  }
  if (item.held) {
    const last = [...group.members.values()].findLast(({ state }) => state === "InService");
    if (last !== undefined)
      endMember(world, last, "an instance was taken out of service in response to a user health-check", false);
  }
  return item.launching || item.refreshing || item.rebalancing || item.held;
}
