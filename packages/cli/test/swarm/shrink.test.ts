import { expect, test } from "vitest";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { shrinkWorld } from "../../src/simulate/swarm/shrink.ts";
import type { SwarmWorld } from "../../src/simulate/swarm/world.ts";

const withTwoWarnings = ({ events }: SwarmWorld): boolean =>
  events.filter(({ kind }) => kind === "warning").length >= 2;

function failing(): SwarmWorld {
  for (let seed = 1; ; seed++) {
    const world = generateWorld(seed);
    if (withTwoWarnings(world) && world.services.length > 0 && world.byHand.length > 0 && world.lives.length > 0)
      return world;
  }
}

test("what has nothing to do with the failure goes, what the failure needs stays", async () => {
  const smallest = await shrinkWorld(failing(), {
    stillFails: (world) => Promise.resolve(withTwoWarnings(world)),
    most: 1_000,
  });
  expect(smallest.events.map(({ kind, late, copies }) => [kind, late, copies])).toEqual([
    ["warning", 0, 0],
    ["warning", 0, 0],
  ]);
  expect(smallest).toMatchObject({
    groups: [],
    services: [],
    standalone: [],
    containers: [],
    targetGroups: [],
    byHand: [],
    faults: [],
    lives: [],
  });
  expect(smallest.policy).toMatchObject({ replace: "never", onRebalance: "alert", holdLast: true });
});

test("it tries no more worlds than it may", async () => {
  let tried = 0;
  await shrinkWorld(failing(), {
    stillFails: () => {
      tried++;
      return Promise.resolve(true);
    },
    most: 3,
  });
  expect(tried).toBe(3);
});
