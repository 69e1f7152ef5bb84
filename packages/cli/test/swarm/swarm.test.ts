import { expect, test } from "vitest";
import { loadParts } from "@spotkeeper/controller";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { runWorld } from "../../src/simulate/swarm/run-world.ts";
import { createPlayer } from "../../src/simulate/swarm/player.ts";
import { runSwarm } from "../../src/simulate/swarm/swarm.ts";
import { renderSwarm } from "../../src/simulate/swarm/text.ts";

const parts = await loadParts();

/** A fixed set; more, and other ones, are played by `npm run swarm`. */
test("in twenty worlds nothing breaks that must not", { timeout: 600_000 }, async () => {
  const outcome = await runSwarm({
    players: [createPlayer(parts)],
    seed: 1,
    worlds: 20,
    wall: () => performance.now(),
    onProgress: () => {},
  });
  expect(outcome.failures).toEqual([]);
  expect(outcome.incidents).toBeGreaterThan(10);
  expect(renderSwarm(outcome)).toContain("20 worlds with ");
});

test("a world is played the same way twice", { timeout: 300_000 }, async () => {
  const world = generateWorld(11);
  expect(await runWorld(world, parts)).toEqual(await runWorld(world, parts));
});
