import type { TargetGroup } from "../targets/target-state.ts";
import type { Task } from "./state.ts";

/** Returns the target groups that a new task joins. */
export const targetGroupsNow = ({ service, taskSet }: Pick<Task, "service" | "taskSet">): readonly TargetGroup[] => {
  if (taskSet !== null) return taskSet.targetGroup === null ? [] : [taskSet.targetGroup];
  if (service === null) return [];
  const { targetGroup, alternateTargetGroup, joinsAlternate, moreTargetGroups } = service;
  const turn = joinsAlternate ? alternateTargetGroup : targetGroup;
  return [...(turn === null ? [] : [turn]), ...moreTargetGroups];
};
