import { later } from "../later.ts";
import type { ContainerInstance, Task } from "./state.ts";
import type { Instance, World } from "../state.ts";
import type { LifecycleAction } from "../groups/group-state.ts";
import { isAlive } from "../state.ts";
import { recordHeartbeat } from "../groups/hooks.ts";
import { setContainerState } from "./containers.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html */
export const managedDrainingHook = "ecs-managed-draining-termination-hook";

/** ECS waits up to 48 hours for tasks, and sends heartbeats: same page. */
const heartbeatEvery = 0.5;

const isEmpty = (container: ContainerInstance): boolean =>
  ![...container.tasks].some((task) => task.service?.strategy !== "DAEMON");

/**
 * Plays managed draining: ECS drains the instance that its hook holds, and completes the hook when the tasks are gone.
 */
export const drainForHook = (world: World, action: LifecycleAction): void => {
  if (action.hook.name !== managedDrainingHook) return;
  const container = action.member.instance.containerInstance;
  if (!container) return action.settle("CONTINUE");
  setContainerState(world, container, "DRAINING");
  completeWhenEmpty(action, container);
  keepAlive(world, action);
};

const isOpen = (action: LifecycleAction): boolean => action.member.actions.get(action.hook.name) === action;

const completeWhenEmpty = (action: LifecycleAction, container: ContainerInstance): void => {
  if (isOpen(action) && isEmpty(container)) action.settle("CONTINUE");
};

const keepAlive = (world: World, action: LifecycleAction): void => {
  later(world, action.hook.heartbeatTimeout * 1000 * heartbeatEvery, () => {
    if (!isOpen(action)) return;
    recordHeartbeat(world, action);
    keepAlive(world, action);
  });
};

/** Follows tasks: when the last one has stopped, the hook is completed. */
export const hooksFollowTask = (task: Task): void => {
  const container = task.containerInstance;
  const action = container?.instance.member?.actions.get(managedDrainingHook);
  if (container && action) completeWhenEmpty(action, container);
};

/**
 * Plays the ECS agent's own Spot draining (`ECS_ENABLE_SPOT_INSTANCE_DRAINING`): the agent sees the notice in the
 * instance metadata.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/spot-instance-draining-linux-container.html
 */
export const agentFollowsWarning = (world: World, instance: Instance): void => {
  const container = instance.containerInstance;
  if (!container?.agentSpotDraining) return;
  const { settings } = world;
  later(world, settings.agentPoll, () => {
    if (isAlive(instance) && container.agentConnected) setContainerState(world, container, "DRAINING");
  });
};
