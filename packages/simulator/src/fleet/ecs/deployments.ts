import { deployTaskSet } from "./controllers.ts";
import { defineTask } from "./definitions.ts";
import { reconcileServiceSoon } from "./scheduler.ts";
import type { Service, TaskDefinition } from "./state.ts";
import { stopTask } from "./tasks.ts";
import type { World } from "../state.ts";
import type { TargetGroup } from "../targets/target-state.ts";

/**
 * Starts the traffic shift of a blue/green, linear or canary deployment: new tasks join the other target group of the
 * pair. Running tasks stay where they are until they are replaced.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
 */
export const shiftService = (service: Service): void => {
  service.joinsAlternate = !service.joinsAlternate;
};

/** Starts a deployment that gives the service another target group; running tasks stay in theirs. */
export const moveService = (service: Service, targetGroup: TargetGroup): void => {
  if (service.targetGroup) service.formerTargetGroups.unshift(service.targetGroup);
  service.targetGroup = targetGroup;
};

/**
 * Starts a deployment: tasks of the earlier revision are replaced within the two percentages. New tasks join the other
 * target group if the service has a pair (assumed for pairs: as fast as a rolling update).
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
 */
export const deployService = (world: World, service: Service): void => {
  if (service.controller !== "ECS") return deployTaskSet(world, service);
  const { definition } = service;
  if (service.alternateTargetGroup !== null) shiftService(service);
  service.definition = defineTask(service.cluster.region, definition);
  reconcileServiceSoon(world, service);
};

/** Sets the desired count of a service, as a person or Service Auto Scaling does. */
export const scaleService = (world: World, service: Service, desired: number): void => {
  service.desired = desired;
  reconcileServiceSoon(world, service);
};

/**
 * Deletes a service with `force`: its tasks are told to stop.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
 */
export const deleteService = (world: World, service: Service): void => {
  service.status = "DRAINING";
  service.desired = 0;
  for (const taskSet of service.taskSets) taskSet.status = "DRAINING";
  for (const task of service.tasks)
    stopTask(world, task, "ServiceSchedulerInitiated", `Service ${service.name} is deleted`);
};

/** A revision of a service that has running tasks. */
export interface Revision {
  readonly arn: string;
  readonly definition: TaskDefinition;
  readonly targetGroup: TargetGroup | null;
}

/**
 * Returns the revisions with running tasks, newest first.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html (assumed: only with the controller
 * ECS)
 */
export const revisionsOf = (service: Service): readonly Revision[] => {
  if (service.controller !== "ECS") return [];
  const prefix = service.arn.replace(":service/", ":service-revision/");
  const { definition, targetGroup, formerTargetGroups } = service;
  const earlier = new Set([...service.tasks].map((task) => task.definition).filter((one) => one !== definition));
  const all = [
    { definition, targetGroup },
    ...formerTargetGroups.map((former) => ({ definition, targetGroup: former })),
    ...[...earlier].map((former) => ({ definition: former, targetGroup })),
  ];
  return all.map((one, index) => ({ ...one, arn: `${prefix}/${all.length - index}` }));
};
