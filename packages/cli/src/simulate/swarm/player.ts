import type { Parts } from "../access.ts";
import { generateWorld } from "./generate.ts";
import { runWorld, type WorldResult } from "./run-world.ts";
import { shrinkWorld } from "./shrink.ts";
import { tellStory } from "./story.ts";
import { DIMENSIONS, type SwarmWorld } from "./world.ts";

/** What became of one seed's world. */
export interface Played {
  readonly seed: number;
  readonly incidents: number;
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

/** A player in this thread. */
export function createPlayer(parts: Parts): Player {
  return {
    play: (seed) => playSeed(seed, parts),
    tell: (seed) => storyOf(generateWorld(seed), parts),
  };
}

async function playSeed(seed: number, parts: Parts): Promise<Played> {
  const world = generateWorld(seed);
  const { incidents, breaches } = await runWorld(world, parts);
  const dimensions = Object.entries(DIMENSIONS).flatMap(([name, has]) => (has(world) ? [name] : []));
  return { seed, incidents, dimensions, invariants: [...new Set(breaches.map(({ invariant }) => invariant))] };
}

async function storyOf(world: SwarmWorld, parts: Parts): Promise<string> {
  const invariant = (await runWorld(world, parts)).breaches[0]?.invariant;
  const breaks = (found: WorldResult): boolean => found.breaches.some((one) => one.invariant === invariant);
  const stillFails = async (smaller: SwarmWorld): Promise<boolean> => breaks(await runWorld(smaller, parts));
  const smallest = await shrinkWorld(world, { stillFails, most: SHRINKS });
  return tellStory(smallest, await runWorld(smallest, parts), commandOf(world.seed));
}

/** The command that plays one seed's world. */
export const commandOf = (seed: number): string => `spotkeeper simulate --swarm 1 --seed ${seed}`;
