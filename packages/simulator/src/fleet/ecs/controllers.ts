import { defineTask } from "./definitions.ts";
import { later } from "../later.ts";
import { reconcileServiceSoon } from "./scheduler.ts";
import type { Service, TaskSet } from "./state.ts";
import { createTaskSet, isSteady, makePrimary } from "./task-sets.ts";
import type { World } from "../state.ts";

/** assumed: how often a controller checks its deployment. */
const CHECK_INTERVAL = 10_000;
/** assumed: a deployment that is not steady after this time is abandoned. */
const ABANDONED_AFTER = 1_800_000;
/** assumed: how long CodeDeploy or another controller keeps the earlier task set for a rollback. */
const KEPT = 60_000;

/**
 * Starts a deployment by CodeDeploy or an external controller. A task set of the next revision starts, in the other
 * target group if there is a pair. When it is steady it becomes the primary one; later the earlier one is deleted.
 * CodeDeploy starts with all tasks; an external controller decides itself, here half (assumed). One deployment runs at
 * a time. https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html
 */
export const deployTaskSet = (world: World, service: Service): void => {
  const { controller, alternateTargetGroup, taskSets } = service;
  const [old, another] = taskSets;
  if (old === undefined || another !== undefined) return;
  const turn = old.targetGroup === service.targetGroup ? alternateTargetGroup : service.targetGroup;
  const fresh = createTaskSet(world, service, {
    definition: defineTask(service.cluster.region, old.definition),
    targetGroup: turn ?? old.targetGroup,
    scale: controller === "EXTERNAL" ? 50 : 100,
    status: "ACTIVE",
  });
  const endsAt = world.clock.now() + ABANDONED_AFTER;
  const check = (): void => {
    if (service.status !== "ACTIVE") return;
    if (isSteady(service, fresh)) {
      if (fresh.scale === 100) return shift(world, service, old, fresh);
      fresh.scale = 100;
      reconcileServiceSoon(world, service);
    } else if (world.clock.now() >= endsAt) return removeSet(world, service, fresh);
    later(world, CHECK_INTERVAL, check);
  };
  reconcileServiceSoon(world, service);
  later(world, CHECK_INTERVAL, check);
};

const shift = (world: World, service: Service, old: TaskSet, fresh: TaskSet): void => {
  makePrimary(service, fresh);
  later(world, KEPT, () => removeSet(world, service, old));
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskSet.html */
const removeSet = (world: World, service: Service, taskSet: TaskSet): void => {
  taskSet.status = "DRAINING";
  reconcileServiceSoon(world, service);
};
