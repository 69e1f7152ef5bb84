import { alerts } from "./alerts.ts";
import { budgets } from "./budgets.ts";
import { capacity } from "./capacity.ts";
import { closing } from "./closing.ts";
import { explained } from "./explained.ts";
import { draining } from "./draining.ts";
import type { Breach } from "../watch.ts";
import type { Ended, Scene, SentAlert } from "./scene.ts";
import type { Family } from "./family.ts";
import { hooks } from "./hooks.ts";
import { people } from "./people.ts";
import { services } from "./services.ts";
import { replacing } from "./replacing.ts";

const FAMILIES: readonly Family[] = [
  draining,
  services,
  capacity,
  replacing,
  hooks,
  people,
  alerts,
  closing,
  budgets,
  explained,
];

/** The names of all invariants, as tables and stories show them. Invariants about effects have more (`watch.ts`). */
export const INVARIANTS: readonly string[] = FAMILIES.flatMap(({ names, atEnd }) => [...names, ...Object.keys(atEnd)]);

/** The checks while a world is played. */
export interface WorldWatch {
  readonly sent: (message: SentAlert) => void;
  readonly breaches: readonly Breach[];
}

/** Starts the checks of all families. */
export function watchWorld(scene: Scene): WorldWatch {
  const breaches: Breach[] = [];
  const note = (invariant: string, what: string): void =>
    void breaches.push({ invariant, at: scene.fleet.world.clock.now(), what });
  const watchers = FAMILIES.map(({ watch }) => watch(scene, note));
  return { breaches, sent: (message) => watchers.forEach(({ sent }) => sent?.(message)) };
}

/** Returns every breach of the invariants that are judged at the end. */
export const breachesAtEnd = (ended: Ended, families: readonly Family[] = FAMILIES): Breach[] =>
  families
    .flatMap(({ atEnd }) => Object.entries(atEnd))
    .flatMap(([invariant, check]) => check(ended).map((what) => ({ invariant, at: ended.at, what })));
