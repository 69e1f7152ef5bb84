import { deployTaskSet } from "./controllers.ts";
import { defineTask } from "./definitions.ts";
import { touchService } from "./scheduler.ts";
import type { Service, TaskDefinition } from "./state.ts";
import { stopTask } from "./tasks.ts";
import type { World } from "../state.ts";
import type { TargetGroup } from "../target-state.ts";

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

/**
 * A deployment begins: tasks of the earlier revision are replaced as the two percentages allow, and what starts joins the
 * other target group where the service has a pair (assumed of that: as fast as in a rolling update).
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
 */
export const deployService = (world: World, service: Service): void => {
  if (service.controller !== "ECS") return deployTaskSet(world, service);
  const { definition } = service;
  if (service.alternateTargetGroup !== null) shiftService(service);
  service.definition = defineTask(service.cluster.region, definition);
  touchService(world, service);
};

/** Somebody, or Service Auto Scaling, sets how many tasks a service wants. */
export const scaleService = (world: World, service: Service, desired: number): void => {
  service.desired = desired;
  touchService(world, service);
};

/**
 * Somebody deletes a service by force: its tasks are told to stop.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
 */
export const deleteService = (world: World, service: Service): void => {
  service.status = "DRAINING";
  service.desired = 0;
  for (const taskSet of service.taskSets) taskSet.status = "DRAINING";
  for (const task of service.tasks)
    stopTask(world, task, "ServiceSchedulerInitiated", `Service ${service.name} is deleted`);
};

/** A service's revisions of which tasks run, the newest first. */
export interface Revision {
  readonly arn: string;
  readonly definition: TaskDefinition;
  readonly targetGroup: TargetGroup | null;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html (assumed: of deployments by ECS itself alone) */
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
