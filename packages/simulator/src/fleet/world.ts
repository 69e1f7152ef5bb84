import type { Clock } from "../operation.ts";
import type { Instance, InstanceState, Listeners, Region, World } from "./state.ts";
import { agentFollowsWarning, drainForHook, hooksFollowTask } from "./ecs/draining.ts";
import { daemonsFollowTask, reconcileServiceSoon } from "./ecs/scheduler.ts";
import { rebalanceFollowsRecommendation, reconcileGroupSoon } from "./groups/groups.ts";
import type { Settings } from "./settings.ts";
import { classicFollowsInstance } from "./targets/classic-load-balancer.ts";
import { containersFollowInstance } from "./ecs/containers.ts";
import { checkScalingSoon } from "./ecs/managed-scaling.ts";
import { createOracle } from "./oracle.ts";
import { createRandom } from "./random.ts";
import { defaultSettings } from "./settings.ts";
import { groupFollowsBoot } from "./groups/group-launch.ts";
import { groupFollowsEnd } from "./groups/group-end.ts";
import { latticeFollowsInstance } from "./targets/lattice.ts";
import { poolFollowsInstance } from "./groups/warm-pool.ts";
import { targetsFollowInstance } from "./targets/targets.ts";

export interface WorldOptions {
  readonly clock: Clock;
  readonly seed: number | string;
  /** Puts a message into the queue with this ARN. If there is none, the message is dropped, as by EventBridge. */
  readonly send: (queueArn: string, body: string) => void;
  readonly settings?: Partial<Settings>;
}

/** Creates an empty world and connects its parts by listeners, the observer first. */
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
    if (provider !== null) checkScalingSoon(world, provider);
  });
  listeners.targetChanged.push(({ service, instance, state }) => {
    if (service) reconcileServiceSoon(world, service);
    const group = instance?.member?.group;
    if (group?.capacityRebalance && state === "healthy") reconcileGroupSoon(world, group);
  });
  listeners.groupChanged.push((group) => {
    reconcileGroupSoon(world, group);
    if (group.capacityProvider !== null) checkScalingSoon(world, group.capacityProvider);
  });
  listeners.serviceChanged.push((service) => reconcileServiceSoon(world, service));
  return world;
};
