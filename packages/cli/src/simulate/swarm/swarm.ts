import type { Parts } from "../access.ts";
import { generateWorld } from "./generate.ts";
import { INVARIANTS } from "./invariants.ts";
import { runWorld, type WorldResult } from "./run-world.ts";
import { shrinkWorld } from "./shrink.ts";
import { tellStory } from "./story.ts";
import { WATCHED } from "./watch.ts";
import { DIMENSIONS, type SwarmWorld } from "./world.ts";

export interface SwarmOptions {
  readonly parts: Parts;
  /** The first seed; the others follow it. */
  readonly seed: number;
  readonly worlds: number;
  /** Milliseconds of the wall clock. */
  readonly wall: () => number;
  readonly onProgress: (text: string) => void;
}

/** What `simulate --swarm --output json` prints. */
export interface SwarmOutcome {
  readonly worlds: number;
  readonly incidents: number;
  readonly seconds: number;
  /** How many worlds broke each invariant, by its name. */
  readonly broken: { readonly [invariant: string]: number };
  /** In how many worlds each dimension was met, by its name. */
  readonly dimensions: { readonly [dimension: string]: number };
  /** Dimensions that nobody met, where there were worlds enough to meet all. */
  readonly unmet: readonly string[];
  readonly failures: readonly {
    readonly seed: number;
    readonly invariants: readonly string[];
    readonly story: string;
  }[];
}

/** From so many worlds on, a dimension that nobody met is an error: the generator lost it. */
const ENOUGH = 1_000;
/** Stories that are told at the most, and worlds that are tried to make one small. */
const STORIES = 5;
const SHRINKS = 150;

/** Plays a world for each seed, and tells of those in which an invariant broke. */
export async function runSwarm({ parts, seed, worlds, wall, onProgress }: SwarmOptions): Promise<SwarmOutcome> {
  const began = wall();
  const broken = Object.fromEntries([...WATCHED, ...Object.keys(INVARIANTS)].map((name) => [name, 0]));
  const dimensions = Object.fromEntries(Object.keys(DIMENSIONS).map((name) => [name, 0]));
  const failures: { seed: number; invariants: string[]; story: string }[] = [];
  let incidents = 0;
  for (let played = 0; played < worlds; played += 1) {
    const world = generateWorld(seed + played);
    for (const [name, has] of Object.entries(DIMENSIONS))
      if (has(world)) dimensions[name] = (dimensions[name] ?? 0) + 1;
    const result = await runWorld(world, parts);
    incidents += result.incidents;
    const invariants = [...new Set(result.breaches.map(({ invariant }) => invariant))];
    for (const name of invariants) broken[name] = (broken[name] ?? 0) + 1;
    if (invariants.length > 0) {
      onProgress(`seed ${world.seed} broke "${invariants[0]}"; making it small`);
      const story = failures.length < STORIES ? await storyOf(world, result, parts) : "";
      failures.push({ seed: world.seed, invariants, story });
    }
    const minutes = (wall() - began) / 60_000;
    onProgress(
      `${played + 1} of ${worlds} worlds, ${Math.round((played + 1) / minutes)} a minute, ${failures.length} broken`,
    );
  }
  return {
    worlds,
    incidents,
    seconds: (wall() - began) / 1_000,
    broken,
    dimensions,
    unmet: worlds < ENOUGH ? [] : Object.keys(dimensions).filter((name) => dimensions[name] === 0),
    failures,
  };
}

async function storyOf(world: SwarmWorld, result: WorldResult, parts: Parts): Promise<string> {
  const invariant = result.breaches[0]?.invariant;
  const breaks = (found: WorldResult): boolean => found.breaches.some((one) => one.invariant === invariant);
  const stillFails = async (smaller: SwarmWorld): Promise<boolean> => breaks(await runWorld(smaller, parts));
  const smallest = await shrinkWorld(world, { stillFails, most: SHRINKS });
  return tellStory(smallest, await runWorld(smallest, parts), `spotkeeper simulate --swarm 1 --seed ${world.seed}`);
}
