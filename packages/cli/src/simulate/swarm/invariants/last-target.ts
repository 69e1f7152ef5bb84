import type { Ms, Target } from "@spotkeeper/simulator";
import { allOf } from "../swarm-policy.ts";
import type { Scene } from "./scene.ts";
import { heardAt } from "./first-warning.ts";
import { isRouted } from "./routed.ts";
import { timeLeft } from "./time-left.ts";

/** The sweep reads target groups every ten minutes. */
const SEEN_AFTER: Ms = 660_000;
/** Time from a warning until the worker counts its instance as doomed. */
const KNOWN_AFTER: Ms = 5_000;
/** A held target is let go so long before the end of the waits: docs/drain.md, "Holding the last target". */
const FOR_CONNECTIONS: Ms = 15_000;

/**
 * Watches the healthy targets of each target group. Returns a function that checks a target whose state has changed: whether
 * the worker took the last healthy one out although it could still be held.
 */
export function watchLast(scene: Scene): (target: Target) => string[] {
  const { world } = scene.fleet;
  const listed = new Set(
    scene.fleet.regions
      .flatMap(({ targetGroups }) => [...targetGroups.values()])
      .flatMap(({ targets }) => [...targets.values()])
      .filter(({ state }) => state === "healthy"),
  );
  const left = new Map<Target, Ms>();
  const leave = (target: Target): void => {
    if (listed.delete(target)) left.set(target, world.clock.now());
  };
  world.listeners.instance.push((instance) => {
    if (instance.state === "terminated") for (const one of [...listed]) if (one.instance === instance) leave(one);
  });
  return (target) => {
    if (target.state === "healthy") {
      left.delete(target);
      listed.add(target);
      return [];
    }
    const was = listed.has(target);
    leave(target);
    if (!was || target.state !== "draining" || !isRouted(target)) return [];
    const others = [...listed].filter(({ group }) => group === target.group);
    if (others.some(isRouted) || !isTakenByUs(target, scene)) return [];
    const early = timeToHold(target, scene);
    const isAlone = [...left].every(
      ([one, at]) => one === target || one.group !== target.group || isKnown(one, at, scene),
    );
    return early <= 0 || !isAlone
      ? []
      : [`${target.group.name} was left without a healthy target ${early / 1_000} s before ${target.id} had to go`];
  };
}

/** Returns the milliseconds for which the target could still be held; 0 or less if there are none, or if that is unknown. */
function timeToHold({ instance }: Target, scene: Scene): Ms {
  const left = instance === null ? null : timeLeft(instance, scene);
  if (left === null) return 0;
  const safe = left.end - Math.min(FOR_CONNECTIONS, Math.floor((left.end - left.begun) / 2));
  return safe - scene.fleet.world.clock.now();
}

/** Returns true if the worker deregistered the target, or detached its instance (which waits whatever `holdLast` says). */
function isTakenByUs({ group, id, port, instance }: Target, { fleet, people, policy }: Scene): boolean {
  const { clock, oracle } = fleet.world;
  if (instance?.member?.state === "Detaching") return !people.detached.has(instance.id);
  if (!allOf(policy, "holdLast").every(Boolean)) return false;
  const keys = new Set([`${group.name}/${id}:${port}`, instance?.id]);
  return oracle.effects().some(({ at, key, again }) => at === clock.now() && !again && keys.has(key));
}

/** Returns true if the worker must know that another target is gone: by its warning, or by the sweep. */
function isKnown({ instance }: Target, leftAt: Ms, scene: Scene): boolean {
  const now = scene.fleet.world.clock.now();
  const warned = instance === null ? Infinity : heardAt(scene, instance.id) + KNOWN_AFTER;
  return now >= Math.min(warned, leftAt + SEEN_AFTER);
}
