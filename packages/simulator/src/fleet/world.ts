import type { Clock } from "../operation.ts";
import type { Instance, InstanceState, Listeners, Region, World } from "./state.ts";
import { agentFollowsWarning, drainForHook, hooksFollowTask } from "./ecs/draining.ts";
import { daemonsFollowTask, touchService } from "./ecs/scheduler.ts";
import { rebalanceFollowsRecommendation, touchGroup } from "./groups.ts";
import type { Settings } from "./settings.ts";
import { classicFollowsInstance } from "./classic.ts";
import { containersFollowInstance } from "./ecs/containers.ts";
import { touchScaling } from "./ecs/managed-scaling.ts";
import { createOracle } from "./oracle.ts";
import { createRandom } from "./random.ts";
import { defaultSettings } from "./settings.ts";
import { groupFollowsBoot } from "./group-launch.ts";
import { groupFollowsEnd } from "./group-end.ts";
import { latticeFollowsInstance } from "./lattice.ts";
import { poolFollowsInstance } from "./warm-pool.ts";
import { targetsFollowInstance } from "./targets.ts";

export interface WorldOptions {
  readonly clock: Clock;
  readonly seed: number | string;
  /** Puts a body into the queue with this ARN; one that does not exist is the sender's affair, as with EventBridge. */
  readonly send: (queueArn: string, body: string) => void;
  readonly settings?: Partial<Settings>;
}

/** An empty world, wired: each part hears what it follows, the observer first. */
export const createWorld = (options: WorldOptions): World => {
  const listeners: Listeners = {
    instance: [],
    warned: [],
    recommended: [],
    action: [],
    taskStopped: [],
    targetChanged: [],
    trafficChanged: [],
    groupChanged: [],
    scaledByEcs: [],
    serviceChanged: [],
  };
  const regions = new Map<string, Region>();
  const instances = new Map<string, Instance>();
  const world: World = {
    clock: options.clock,
    random: createRandom(options.seed),
    settings: { ...defaultSettings, ...options.settings },
    regions,
    instances,
    listeners,
    oracle: createOracle({ clock: options.clock, regions, listeners }),
    send: options.send,
  };
  const follow = (instance: Instance, previous: InstanceState): void => {
    targetsFollowInstance(world, instance, previous);
    classicFollowsInstance(world, instance, previous);
    latticeFollowsInstance(world, instance, previous);
    containersFollowInstance(world, instance);
    groupFollowsBoot(instance);
    groupFollowsEnd(world, instance);
    poolFollowsInstance(world, instance);
  };
  listeners.instance.push(follow);
  listeners.warned.push((instance) => agentFollowsWarning(world, instance));
  listeners.recommended.push((instance) => rebalanceFollowsRecommendation(world, instance));
  listeners.action.push((action) => drainForHook(world, action));
  listeners.taskStopped.push((task) => {
    hooksFollowTask(task);
    daemonsFollowTask(world, task);
    const provider = task.containerInstance?.capacityProvider ?? null;
    if (provider !== null) touchScaling(world, provider);
  });
  listeners.targetChanged.push(({ service, instance, state }) => {
    if (service) touchService(world, service);
    const group = instance?.member?.group;
    if (group?.capacityRebalance && state === "healthy") touchGroup(world, group);
  });
  listeners.groupChanged.push((group) => {
    touchGroup(world, group);
    if (group.capacityProvider !== null) touchScaling(world, group.capacityProvider);
  });
  listeners.serviceChanged.push((service) => touchService(world, service));
  return world;
};
