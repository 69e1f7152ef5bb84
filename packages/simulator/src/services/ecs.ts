import type { Operation } from "../operation.ts";
import type { World } from "../fleet/state.ts";
import {
  describeCapacityProviders,
  describeClusters,
  describeContainerInstances,
  listClusters,
  listContainerInstances,
  updateContainerInstancesState,
} from "./ecs/containers.ts";
import { describeServiceRevisions } from "./ecs/revisions.ts";
import {
  describeServices,
  describeTaskDefinition,
  describeTasks,
  listServices,
  listTasks,
  stopTaskOperation,
} from "./ecs/tasks.ts";

/** The operations of Amazon ECS that Spotkeeper uses. */
export const ecsOperations: readonly Operation<World>[] = [
  listClusters,
  describeClusters,
  describeCapacityProviders,
  listContainerInstances,
  describeContainerInstances,
  updateContainerInstancesState,
  listTasks,
  describeTasks,
  listServices,
  describeServices,
  describeServiceRevisions,
  describeTaskDefinition,
  stopTaskOperation,
];
