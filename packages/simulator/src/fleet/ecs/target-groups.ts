import type { TargetGroup } from "../target-state.ts";
import type { Service } from "./state.ts";

/** The target groups that a task joins which starts now. */
export const targetGroupsNow = (service: Service): readonly TargetGroup[] => {
  const { targetGroup, alternateTargetGroup, joinsAlternate, moreTargetGroups } = service;
  const turn = joinsAlternate ? alternateTargetGroup : targetGroup;
  return [...(turn === null ? [] : [turn]), ...moreTargetGroups];
};
