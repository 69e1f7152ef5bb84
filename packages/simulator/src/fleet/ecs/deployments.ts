import type { Service } from "./state.ts";
import type { TargetGroup } from "../target-state.ts";

/** The target groups that a task joins which starts now. */
export const targetGroupsNow = (service: Service): readonly TargetGroup[] => {
  const { targetGroup, alternateTargetGroup, joinsAlternate, moreTargetGroups } = service;
  const turn = joinsAlternate ? alternateTargetGroup : targetGroup;
  return [...(turn === null ? [] : [turn]), ...moreTargetGroups];
};

/**
 * A blue/green, linear or canary deployment begins: what starts from now on joins the other one of the two target groups.
 * Tasks that run stay where they are until they are replaced.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
 */
export const shiftService = (service: Service): void => {
  service.joinsAlternate = !service.joinsAlternate;
};

/** A deployment that gives the service another target group begins; tasks that run stay in the one that they joined. */
export const moveService = (service: Service, targetGroup: TargetGroup): void => {
  if (service.targetGroup) service.formerTargetGroups.unshift(service.targetGroup);
  service.targetGroup = targetGroup;
};

/** A service's revisions of which tasks run, the newest first. */
export interface Revision {
  readonly arn: string;
  readonly targetGroup: TargetGroup | null;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html */
export const revisionsOf = (service: Service): readonly Revision[] => {
  const prefix = service.arn.replace(":service/", ":service-revision/");
  const groups = [service.targetGroup, ...service.formerTargetGroups];
  return groups.map((targetGroup, index) => ({ arn: `${prefix}/${groups.length - index}`, targetGroup }));
};
