import { alerts } from "./alerts.ts";
import { budgets } from "./budgets.ts";
import { capacity } from "./capacity.ts";
import { closing } from "./closing.ts";
import { explained } from "./explained.ts";
import { draining } from "./draining.ts";
import type { Breach } from "../watch.ts";
import type { Ended, Scene, SentAlert } from "./ended.ts";
import type { Family } from "./family.ts";
import { hooks } from "./hooks.ts";
import { people } from "./people.ts";

const FAMILIES: readonly Family[] = [draining, capacity, hooks, people, alerts, closing, budgets, explained];

/** What must hold in every world, as it is called in tables and stories. Effects have some of their own (`watch.ts`). */
export const INVARIANTS: readonly string[] = FAMILIES.flatMap(({ names, atEnd }) => [...names, ...Object.keys(atEnd)]);

/** Looks on while a world is played. */
export interface Looking {
  readonly sent: (message: SentAlert) => void;
  readonly breaches: readonly Breach[];
}

/** Has every family look on from now on. */
export function watchWorld(scene: Scene): Looking {
  const breaches: Breach[] = [];
  const note = (invariant: string, what: string): void =>
    void breaches.push({ invariant, at: scene.fleet.world.clock.now(), what });
  const watchers = FAMILIES.map(({ watch }) => watch(scene, note));
  return { breaches, sent: (message) => watchers.forEach(({ sent }) => sent?.(message)) };
}

/** Every breach of an invariant that is judged at the end: of all families, or of some. */
export const breachesAtEnd = (ended: Ended, families: readonly Family[] = FAMILIES): Breach[] =>
  families
    .flatMap(({ atEnd }) => Object.entries(atEnd))
    .flatMap(([invariant, check]) => check(ended).map((what) => ({ invariant, at: ended.at, what })));
