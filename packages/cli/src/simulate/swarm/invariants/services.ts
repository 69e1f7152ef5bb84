import type { Instance } from "@spotkeeper/simulator";
import { instancesOf, TAKES_OUT } from "../watch.ts";
import type { Family } from "./family.ts";
import { isUndisturbed } from "./in-time.ts";
import { watchLast } from "./last-target.ts";
import { watchReplaced } from "./replaced-first.ts";
import { stoppedTooSoon } from "./stopped-late.ts";

const LAST = "the last healthy target is held while there is time";
const TASKS = "tasks are told to stop only when they must";
const REPLACED = "an instance with only a recommendation is drained after its replacement serves";

/**
 * Services lose no more than the reclaims force. From its warning on an instance may be emptied, but the last healthy target
 * of a target group stays until the last safe moment, and ECS keeps the tasks that `minimumHealthyPercent` asks for.
 */
export const services: Family = {
  names: [LAST, TASKS, REPLACED],
  watch(scene, note) {
    const { spec, fleet } = scene;
    // If calls fail, unknown health counts as healthy. Of two workers, each learns late what the other does.
    if (!isUndisturbed(spec) || spec.lives.length > 0 || spec.workers > 1) return {};
    const { world } = fleet;
    const noteAll = (invariant: string, breaks: readonly string[]): void =>
      breaks.forEach((what) => note(invariant, what));
    const lastLost = watchLast(scene);
    const notReplaced = watchReplaced(scene);
    const taken = new Set<Instance>();
    const { effect } = world.oracle;
    world.oracle.effect = (kind, key, again = false) => {
      if (!again && kind === "stop-task") noteAll(TASKS, stoppedTooSoon(key, scene));
      for (const instance of !again && TAKES_OUT.has(kind) ? instancesOf(fleet, kind, key) : []) {
        if (!taken.has(instance)) noteAll(REPLACED, notReplaced(instance));
        taken.add(instance);
      }
      effect(kind, key, again);
    };
    world.listeners.targetChanged.push((target) => noteAll(LAST, lastLost(target)));
    return {};
  },
  atEnd: {},
};
