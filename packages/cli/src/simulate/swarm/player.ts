import type { Parts } from "../access.ts";
import type { Excuses } from "./invariants/excused.ts";
import { generateWorld, worldOf } from "./generate.ts";
import { runWorld, type WorldResult } from "./run-world.ts";
import { shrinkWorld } from "./shrink.ts";
import { tellStory } from "./story.ts";
import type { UserFleet } from "./user-fleet.ts";
import { DIMENSIONS, type SwarmWorld } from "./world.ts";

/** What became of one seed's world. */
export interface Played {
  readonly seed: number;
  readonly incidents: number;
  readonly excuses: Excuses;
  /** Names of the dimensions that it had. */
  readonly dimensions: readonly string[];
  /** Names of the invariants that broke in it, the first one first. */
  readonly invariants: readonly string[];
}

/** Plays one world at a time. A seed alone decides what becomes of its world, whoever plays it. */
export interface Player {
  play(seed: number): Promise<Played>;
  /** Makes a world in which an invariant breaks small, and tells it as a story. */
  tell(seed: number): Promise<string>;
}

/** Worlds that are tried to make one small. */
const SHRINKS = 150;

/**
 * A player in this thread.
 *
 * @param user whose fleet is played; null: generated ones
 */
export function createPlayer(parts: Parts, user: UserFleet | null = null): Player {
  const of = (seed: number): SwarmWorld => (user === null ? generateWorld(seed) : worldOf(user, seed));
  return {
    play: (seed) => playWorld(of(seed), parts),
    tell: (seed) => storyOf(of(seed), parts),
  };
}

async function playWorld(world: SwarmWorld, parts: Parts): Promise<Played> {
  const { seed } = world;
  const { incidents, excuses, breaches } = await runWorld(world, parts);
  const dimensions = Object.entries(DIMENSIONS).flatMap(([name, has]) => (has(world) ? [name] : []));
  return { seed, incidents, excuses, dimensions, invariants: [...new Set(breaches.map(({ invariant }) => invariant))] };
}

async function storyOf(world: SwarmWorld, parts: Parts): Promise<string> {
  const invariant = (await runWorld(world, parts)).breaches[0]?.invariant;
  const breaks = (found: WorldResult): boolean => found.breaches.some((one) => one.invariant === invariant);
  const stillFails = async (smaller: SwarmWorld): Promise<boolean> => breaks(await runWorld(smaller, parts));
  const smallest = await shrinkWorld(world, { stillFails, most: SHRINKS });
  return tellStory(smallest, await runWorld(smallest, parts), commandOf(world.seed, world.user));
}

/** The command that plays one seed's world. */
export function commandOf(seed: number, user: UserFleet | null): string {
  const quoted = (file: string): string => (/^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`);
  const facts = user === null ? "" : ` --facts ${quoted(user.file)}`;
  const config = user === null || user.configFile === null ? "" : ` --config ${quoted(user.configFile)}`;
  return `spotkeeper simulate --swarm 1 --seed ${seed}${facts}${config}`;
}
