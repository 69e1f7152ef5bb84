import { expect, test } from "vitest";
import { SpotkeeperError } from "@spotkeeper/controller";
import type { Played, Player } from "../../src/simulate/swarm/player.ts";
import { runSwarm, type SwarmOutcome } from "../../src/simulate/swarm/swarm.ts";
import { spotkeeper } from "../support.ts";

const outcomeOf = async (...args: string[]): Promise<Omit<SwarmOutcome, "seconds">> => {
  const { code, stdout, stderr } = await spotkeeper(["simulate", "--swarm", "6", "--output", "json", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { seconds, ...outcome } = JSON.parse(stdout) as SwarmOutcome;
  expect(seconds).toBeGreaterThan(0);
  return outcome;
};

test("two threads have the outcome of one", { timeout: 300_000 }, async () => {
  expect(await outcomeOf("--jobs", "2", "--seed", "31")).toEqual(await outcomeOf("--jobs", "1", "--seed", "31"));
});

/** A player whose worlds take as long as `takes` says; in seeds that 7 divides an invariant breaks. */
function player(takes: (seed: number) => number, crashes: readonly number[] = []): Player {
  return {
    async play(seed): Promise<Played> {
      await new Promise((resolve) => setTimeout(resolve, takes(seed)));
      if (crashes.includes(seed)) throw new Error(`no such instance in ${seed}`);
      const invariants = seed % 7 === 0 ? ["nothing healthy is taken out"] : [];
      return { seed, incidents: seed, excuses: { warned: seed, excused: 1 }, dimensions: [], invariants };
    },
    tell: (seed) => Promise.resolve(`the story of ${seed}`),
  };
}

const swarmOf = (players: readonly Player[], worlds: number): Promise<SwarmOutcome> =>
  runSwarm({ players, seed: 1, worlds, wall: () => 0, onProgress: () => {} });

test("broken seeds are told in their order, whoever is done first, and the first five with a story", async () => {
  const alone = await swarmOf([player(() => 0)], 50);
  const slow = player((seed) => (seed === 7 ? 100 : 0));
  expect(await swarmOf([slow, slow, slow], 50)).toEqual(alone);
  expect(alone.failures.map(({ seed, story }) => [seed, story])).toEqual([
    ...[7, 14, 21, 28, 35].map((seed) => [seed, `the story of ${seed}`]),
    ...[42, 49].map((seed) => [seed, ""]),
  ]);
  expect(alone.broken["nothing healthy is taken out"]).toBe(7);
  expect(alone.incidents).toBe(1_275);
  expect(alone.excuses).toEqual({ warned: 1_275, excused: 50 });
});

test("a world that cannot be played is an error that names its seed: the lowest, whoever is done first", async () => {
  const crashes = [11, 12];
  for (const players of [
    [player(() => 0, crashes)],
    [10, 0].map((ms) => player((s) => (s === 11 ? 30 : ms), crashes)),
  ]) {
    const error: unknown = await swarmOf(players, 20).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SpotkeeperError);
    expect(error).toMatchObject({
      code: "SK-SWARM-WORLD",
      message:
        "The world of seed 11 could not be played to its end: no such instance in 11\n" +
        "spotkeeper simulate --swarm 1 --seed 11 plays it alone.",
    });
  }
});
