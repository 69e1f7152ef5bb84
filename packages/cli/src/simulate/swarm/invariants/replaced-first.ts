import type { Group, Instance, Ms } from "@spotkeeper/simulator";
import { allOf } from "../swarm-policy.ts";
import type { Scene } from "./scene.ts";
import { isTheirs } from "./family.ts";
import { isUnwarned } from "./unwarned.ts";

/** The worker acts this long after it saw the replacement serve. */
const LATELY: Ms = 60_000;

interface Served {
  readonly group: Group;
  readonly at: Ms;
}

/** Watches which instances serve. Returns a function that checks an instance that is taken out: whether enough others serve. */
export function watchReplaced(scene: Scene): (instance: Instance) => string[] {
  const { fleet } = scene;
  const { world } = fleet;
  const served = new Map<Instance, Served>();
  const look = (): void => {
    for (const group of fleet.groups.values())
      for (const { instance, state } of group.members.values())
        if (state === "InService" && serves(instance, group)) served.set(instance, { group, at: world.clock.now() });
  };
  look();
  world.listeners.groupChanged.push(look);
  world.listeners.targetChanged.push(look);
  world.listeners.instance.push(look);
  return (instance) => {
    look();
    const group = instance.member?.group;
    if (group === undefined || !isReplacedFirst(instance, group, scene)) return [];
    const others = [...served]
      .filter(([one, { group: of, at }]) => one !== instance && of === group && at >= world.clock.now() - LATELY)
      .map(([one]) => unitsOf(one, group));
    const sum = others.reduce((all, units) => all + units, 0);
    return sum >= group.baseline
      ? []
      : [`${sum} of ${group.baseline} served in ${group.name} when ${instance.id} was taken out`];
  };
}

const unitsOf = ({ type }: Instance, { weights }: Group): number => weights?.get(type) ?? 1;

const serves = ({ id, state }: Instance, { targetGroups }: Group): boolean =>
  state === "running" &&
  targetGroups
    .filter(({ loadBalancers }) => loadBalancers.length > 0)
    .every(({ targets }) => [...targets.values()].some((one) => one.id === id && one.state === "healthy"));

/** Whether only a recommendation is known of the instance, and the policy replaces it first. */
function isReplacedFirst(instance: Instance, group: Group, scene: Scene): boolean {
  const { people, policy } = scene;
  const { notice, member, state, id } = instance;
  if (!isUnwarned(instance, scene) || notice?.recommendedAt === null || state !== "running") return false;
  const isDetachedByUs = member?.state === "Detaching" && !people.detached.has(id);
  if (member?.state !== "InService" && !isDetachedByUs) return false;
  if (isTheirs(scene, id)) return false;
  if (people.desired.has(group) || (group.desiredCapacityType ?? "units") !== "units") return false;
  return allOf(policy, "onRebalance").every((answer) => answer === "replace");
}
