import { expect, test } from "vitest";
import { loadParts } from "@spotkeeper/controller";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { runWorld } from "../../src/simulate/swarm/run-world.ts";
import type { SwarmWorld } from "../../src/simulate/swarm/world.ts";

const parts = await loadParts();

/** A small world of a warning that calls for most responders, in which nothing else goes wrong. */
const calm: SwarmWorld = {
  ...generateWorld(4),
  areFunctions: true,
  workers: 1,
  lives: [],
  faults: [],
  outages: [],
  clocks: [],
  readLag: 0,
};

test("as a function, frozen between invocations, the flow does all that it does as a process", async () => {
  const [asFunction, asProcess] = [
    await runWorld(calm, parts),
    await runWorld({ ...calm, areFunctions: false }, parts),
  ];
  expect(asFunction.breaches).toEqual([]);
  expect(asFunction.incidents).toBe(asProcess.incidents);
  expect(asFunction.incidents).toBeGreaterThan(0);
});

test(
  "frozen for a minute, or killed, at any call out: nothing is lost and nothing is done twice",
  { timeout: 300_000 },
  async () => {
    for (const kind of ["frozen", "killed before", "killed after"] as const)
      for (let crossing = 1; crossing <= 90; crossing += 11) {
        const { breaches } = await runWorld({ ...calm, lives: [{ kind, crossing, pause: 60, worker: 0 }] }, parts);
        expect({ kind, crossing, breaches }).toEqual({ kind, crossing, breaches: [] });
      }
  },
);
