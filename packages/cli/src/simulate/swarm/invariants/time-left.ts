import type { Instance, Ms } from "@spotkeeper/simulator";
import { allOf } from "../swarm-policy.ts";
import type { Scene } from "./scene.ts";
import { heardAt } from "./first-warning.ts";
import { NOTICE } from "./world-record.ts";

/** Times of EventBridge are in whole seconds. */
const WHOLE: Ms = 1_000;

/** The time in which an instance is emptied: docs/drain.md, "What happens when". */
export interface TimeLeft {
  /** When its warning was heard. */
  readonly begun: Ms;
  /** The earliest end of the waits. */
  readonly end: Ms;
}

/** Returns null if no warning of the instance was heard, or if it may be drained on a recommendation before. */
export function timeLeft(instance: Instance, scene: Scene): TimeLeft | null {
  const { policy, fleet } = scene;
  const { warnedAt, recommendedAt } = instance.notice ?? { warnedAt: null, recommendedAt: null };
  const begun = heardAt(scene, instance.id);
  if (warnedAt === null || begun > fleet.world.clock.now()) return null;
  const drains = allOf(policy, "onRebalance").some((answer) => answer === "drain" || answer === "replace");
  if (recommendedAt !== null && drains) return null;
  return { begun, end: Math.max(warnedAt + NOTICE - WHOLE - Math.max(...allOf(policy, "margin")), begun) };
}
