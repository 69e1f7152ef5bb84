import { expect, test } from "vitest";
import { loadParts } from "@spotkeeper/controller";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { runWorld } from "../../src/simulate/swarm/run-world.ts";
import type { SwarmWorld } from "../../src/simulate/swarm/world.ts";

const parts = await loadParts();

/** One group of Spot Instances and one warning, for two workers. */
function world(): SwarmWorld {
  for (let seed = 1; ; seed++) {
    const spec = generateWorld(seed);
    const group = spec.groups.find(({ onDemandBase }) => onDemandBase === 0);
    if (group === undefined) continue;
    const warning = { at: 1, kind: "warning", group: group.name, nth: 0, late: 0, copies: 0 } as const;
    const calm = { messages: [], faults: [], outages: [], clocks: [], readLag: 0, lives: [] };
    return { ...spec, ...calm, workers: 2, owners: [], alone: [], events: [warning] };
  }
}

test("of two workers one takes over what the other began, and each effect takes place once", async () => {
  const spec = world();
  const alone = await runWorld({ ...spec, workers: 1 }, parts);
  const killed = await runWorld(
    {
      ...spec,
      lives: [0, 1].map((worker) => ({ worker, kind: "killed after", crossing: 12 + 9 * worker, pause: 600 }) as const),
    },
    parts,
  );
  expect([alone.breaches, killed.breaches]).toEqual([[], []]);
  expect(killed.incidents).toBe(alone.incidents);
  const deaths = killed.timeline.filter(({ text }) => text.endsWith("was killed")).map(({ text }) => text);
  expect(deaths.toSorted()).toEqual(["life-1 of worker 0 was killed", "life-2 of worker 1 was killed"]);
});
