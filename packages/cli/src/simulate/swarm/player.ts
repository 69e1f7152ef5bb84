import type { Parts } from "../simulated-aws.ts";
import type { Excuses } from "./invariants/excused.ts";
import { generateWorld, worldOf } from "./generate.ts";
import { runWorld, type WorldResult } from "./run-world.ts";
import { shrinkWorld } from "./shrink.ts";
import { tellStory } from "./story.ts";
import type { UserFleet } from "./user-fleet.ts";
import { DIMENSIONS, type SwarmWorld } from "./world.ts";

/** The result of one seed's world. */
export interface Played {
  readonly seed: number;
  readonly incidents: number;
  readonly excuses: Excuses;
  /** The names of the dimensions that the world has. */
  readonly dimensions: readonly string[];
  /** The names of broken invariants, in the order of the breaches. */
  readonly invariants: readonly string[];
}

/** Plays one world at a time. The result depends only on the seed. */
export interface Player {
  play(seed: number): Promise<Played>;
  /** Reduces a world with a broken invariant, and returns it as a story. */
  tell(seed: number): Promise<string>;
}

/** The most worlds that are tried to reduce one. */
const SHRINKS = 150;

/**
 * Creates a player in this thread.
 *
 * @param user the user's fleet; null for generated ones
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

/** Returns the command that plays the world of one seed. */
export function commandOf(seed: number, user: UserFleet | null): string {
  const quoted = (file: string): string => (/^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`);
  const facts = user === null ? "" : ` --facts ${quoted(user.file)}`;
  const config = user === null || user.configFile === null ? "" : ` --config ${quoted(user.configFile)}`;
  return `spotkeeper simulate --swarm 1 --seed ${seed}${facts}${config}`;
}
