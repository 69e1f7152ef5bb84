import type { Service, TaskDefinition, TaskSet } from "./state.ts";
import type { World } from "../state.ts";
import type { TargetGroup } from "../targets/target-state.ts";
import { isHealthy } from "./tasks.ts";

interface TaskSetSpec {
  readonly definition: TaskDefinition;
  readonly targetGroup: TargetGroup | null;
  readonly scale: number;
  readonly status: TaskSet["status"];
}

/** Creates a task set; the scheduler starts its tasks. */
export const createTaskSet = (world: World, service: Service, spec: TaskSetSpec): TaskSet => {
  const id = `ecs-svc/${String(world.random.int(1_000_000_000)).padStart(19, "9")}`;
  const arn = `${service.arn.replace(":service/", ":task-set/")}/${id}`;
  const taskSet: TaskSet = { ...spec, id, arn, createdAt: world.clock.now() };
  service.taskSets.push(taskSet);
  return taskSet;
};

/**
 * Returns the number of tasks that a task set wants, "always rounded up":
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html (computedDesiredCount)
 */
export const wantedBy = ({ desired }: Service, { status, scale }: TaskSet): number =>
  status === "DRAINING" ? 0 : Math.ceil((desired * scale) / 100);

/**
 * Returns true if a task set is in STEADY_STATE:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html (stabilityStatus)
 */
export const isSteady = (service: Service, taskSet: TaskSet): boolean => {
  const own = [...service.tasks].filter((task) => task.taskSet === taskSet);
  const isDraining = own.some((task) => task.containerInstance?.status === "DRAINING");
  return own.length === wantedBy(service, taskSet) && own.every(isHealthy) && !isDraining;
};

/**
 * Makes a task set the primary one, which serves production traffic:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateServicePrimaryTaskSet.html
 */
export const makePrimary = (service: Service, taskSet: TaskSet): void => {
  for (const one of service.taskSets) if (one.status === "PRIMARY") one.status = "ACTIVE";
  taskSet.status = "PRIMARY";
  service.definition = taskSet.definition;
};
