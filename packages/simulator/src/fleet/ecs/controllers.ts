import { defineTask } from "./definitions.ts";
import { later } from "../later.ts";
import { touchService } from "./scheduler.ts";
import type { Service, TaskSet } from "./state.ts";
import { createTaskSet, isSteady, makePrimary } from "./task-sets.ts";
import type { World } from "../state.ts";

/** assumed: how often a controller looks at what it deploys. */
const LOOK_EVERY = 10_000;
/** assumed: a deployment that is not steady by then is given up. */
const LONGEST = 1_800_000;
/** assumed: how long CodeDeploy, or another controller, keeps the earlier task set, to be able to go back to it. */
const KEPT = 60_000;

/**
 * A deployment by CodeDeploy or by another controller: a task set of the next revision begins, in the other target group
 * where there is a pair; once it is steady it becomes the primary one, and later the earlier one is deleted. CodeDeploy
 * begins with all of it; another controller does as it likes, here with half (assumed). One takes place at a time.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html
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
  const endsAt = world.clock.now() + LONGEST;
  const look = (): void => {
    if (service.status !== "ACTIVE") return;
    if (isSteady(service, fresh)) {
      if (fresh.scale === 100) return shift(world, service, old, fresh);
      fresh.scale = 100;
      touchService(world, service);
    } else if (world.clock.now() >= endsAt) return removeSet(world, service, fresh);
    later(world, LOOK_EVERY, look);
  };
  touchService(world, service);
  later(world, LOOK_EVERY, look);
};

const shift = (world: World, service: Service, old: TaskSet, fresh: TaskSet): void => {
  makePrimary(service, fresh);
  later(world, KEPT, () => removeSet(world, service, old));
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskSet.html */
const removeSet = (world: World, service: Service, taskSet: TaskSet): void => {
  taskSet.status = "DRAINING";
  touchService(world, service);
};
