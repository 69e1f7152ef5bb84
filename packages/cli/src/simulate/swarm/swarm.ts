import { SpotkeeperError } from "@spotkeeper/controller";
import type { Excuses } from "./invariants/excused.ts";
import { INVARIANTS } from "./invariants/index.ts";
import { commandOf, type Played, type Player } from "./player.ts";
import { WATCHED } from "./watch.ts";
import { notPlayed, type UserFleet } from "./user-fleet.ts";
import { dimensionsOf } from "./world.ts";

export interface SwarmOptions {
  /** Each player plays one world at a time; their number does not change the outcome. */
  readonly players: readonly Player[];
  /** The user's fleet; null for generated ones. */
  readonly user?: UserFleet | null;
  /** The first seed; the others follow it. */
  readonly seed: number;
  readonly worlds: number;
  /** Returns real milliseconds. */
  readonly wall: () => number;
  readonly onProgress: (text: string) => void;
}

/** The output of `simulate --swarm --output json`. */
export interface SwarmOutcome {
  readonly worlds: number;
  readonly incidents: number;
  readonly seconds: number;
  readonly excuses: Excuses;
  /** The number of worlds that broke each invariant. */
  readonly broken: { readonly [invariant: string]: number };
  /** The number of worlds that had each dimension. */
  readonly dimensions: { readonly [dimension: string]: number };
  /** Dimensions that no world had, although there were enough worlds. */
  readonly unmet: readonly string[];
  /** What is not played as the user's file says, in plain words. */
  readonly notPlayed: readonly string[];
  readonly failures: readonly {
    readonly seed: number;
    readonly invariants: readonly string[];
    readonly story: string;
  }[];
}

/** From this number of worlds on, a missing dimension is an error of the generator. */
const ENOUGH = 1_000;
/** The most stories that are told, of the lowest failing seeds. */
const STORIES = 5;

/** Plays a world for each seed, and tells the failing ones. Throws SK-SWARM-WORLD. */
export async function runSwarm({
  players,
  user = null,
  seed,
  worlds,
  wall,
  onProgress,
}: SwarmOptions): Promise<SwarmOutcome> {
  const began = wall();
  const broken = Object.fromEntries([...WATCHED, ...INVARIANTS].map((name) => [name, 0]));
  const dimensions = Object.fromEntries(dimensionsOf(user).map((name) => [name, 0]));
  const failed: Played[] = [];
  let played = 0;
  let incidents = 0;
  let excuses: Excuses = { warned: 0, excused: 0 };
  const count = (result: Played): void => {
    played += 1;
    incidents += result.incidents;
    const { warned, excused } = result.excuses;
    excuses = { warned: excuses.warned + warned, excused: excuses.excused + excused };
    for (const name of result.dimensions) {
      const met = dimensions[name];
      if (met !== undefined) dimensions[name] = met + 1;
    }
    for (const name of result.invariants) broken[name] = (broken[name] ?? 0) + 1;
    if (result.invariants.length > 0) failed.push(result);
    const minutes = (wall() - began) / 60_000;
    onProgress(`${played} of ${worlds} worlds, ${Math.round(played / minutes)} a minute, ${failed.length} broken`);
  };
  const seeds = Array.from({ length: worlds }, (_, index) => seed + index);
  await share(players, user, seeds, async (player, one) => count(await player.play(one)));

  failed.sort((one, other) => one.seed - other.seed);
  const stories = new Map<number, string>();
  const told = failed.slice(0, STORIES).map((one) => one.seed);
  await share(players, user, told, async (player, one) => {
    onProgress(`making the world of seed ${one} small`);
    stories.set(one, await player.tell(one));
  });
  return {
    worlds,
    incidents,
    excuses,
    seconds: (wall() - began) / 1_000,
    broken,
    dimensions,
    unmet: worlds < ENOUGH || user !== null ? [] : Object.keys(dimensions).filter((name) => dimensions[name] === 0),
    notPlayed: user === null ? [] : notPlayed(user),
    failures: failed.map(({ seed: one, invariants }) => ({ seed: one, invariants, story: stories.get(one) ?? "" })),
  };
}

/**
 * Gives each seed in order to the next free player. A world that cannot be played is a bug: no further one is started,
 * and the error of the lowest seed is thrown, for any number of players.
 */
async function share(
  players: readonly Player[],
  user: UserFleet | null,
  seeds: readonly number[],
  work: (player: Player, seed: number) => Promise<void>,
): Promise<void> {
  const left = seeds.values();
  const errors = new Map<number, unknown>();
  const playOn = async (player: Player): Promise<void> => {
    for (const seed of left) {
      await work(player, seed).catch((error: unknown) => errors.set(seed, error));
      if (errors.size > 0) return;
    }
  };
  await Promise.all(players.map(playOn));
  const [first] = [...errors].toSorted(([one], [other]) => one - other);
  if (first === undefined) return;
  const [seed, error] = first;
  const why = error instanceof Error ? error.message : String(error);
  throw new SpotkeeperError(
    "SK-SWARM-WORLD",
    `The world of seed ${seed} could not be played to its end: ${why}\n${commandOf(seed, user)} plays it alone.`,
    { cause: error },
  );
}
