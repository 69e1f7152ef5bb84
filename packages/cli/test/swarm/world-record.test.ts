import { virtualClock } from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { buildFleet } from "../../src/simulate/swarm/fleet.ts";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { recordWorld } from "../../src/simulate/swarm/invariants/world-record.ts";
import type { SwarmWorld } from "../../src/simulate/swarm/world.ts";

const record = (change: Partial<SwarmWorld>) => {
  const clock = virtualClock(0);
  const fleet = buildFleet({ clock, seed: 1, send: () => {} }, { ...generateWorld(1), ...change });
  const calls = { recent: () => [] };
  return recordWorld(fleet, { onCall: () => () => {}, calls } as never).within(0, 0);
};

test("a world has a first moment, also where it has neither services nor tasks", () => {
  expect(record({ services: [], standalone: [] })).toMatchObject([{ at: 0, tasks: [] }]);
});
