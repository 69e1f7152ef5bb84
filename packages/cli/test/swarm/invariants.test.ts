import { expect, test } from "vitest";
import { virtualClock } from "@spotkeeper/simulator";
import { buildFleet } from "../../src/simulate/swarm/fleet.ts";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import { capacity } from "../../src/simulate/swarm/invariants/capacity.ts";
import { closing } from "../../src/simulate/swarm/invariants/closing.ts";
import { draining } from "../../src/simulate/swarm/invariants/draining.ts";
import type { Ended } from "../../src/simulate/swarm/invariants/scene.ts";
import { hooks } from "../../src/simulate/swarm/invariants/hooks.ts";
import { breachesAtEnd } from "../../src/simulate/swarm/invariants/index.ts";
import { people as byPeople } from "../../src/simulate/swarm/invariants/people.ts";
import type { Heard } from "../../src/simulate/swarm/workers/queue.ts";
import { playEvents } from "../../src/simulate/swarm/events/play-events.ts";
import type { SwarmWorld } from "../../src/simulate/swarm/world.ts";

/** A world whose only event is a warning of a Spot instance that takes connections and tasks. */
function calmWorld(): SwarmWorld {
  for (let seed = 1; ; seed++) {
    const world = generateWorld(seed);
    const group = world.groups.find((one) => one.cluster !== null && one.targetGroups.length > 0);
    if (group === undefined || world.policy.may !== "everything" || world.owners.length > 0) continue;
    const warning = { at: 1, kind: "warning", group: group.name, nth: 0, late: 0, copies: 0 } as const;
    const spot = { ...group, onDemandBase: 0, onDemandPercent: 0, standby: false, firstProtected: false };
    return {
      ...world,
      groups: [spot],
      containers: [],
      byHand: [],
      shifts: [],
      events: [warning],
      faults: [],
      outages: [],
      lives: [],
    };
  }
}

test("where no worker is, the story says to what it happened, and the invariants what nobody did", async () => {
  const spec = calmWorld();
  const clock = virtualClock(0);
  const heard: Heard[] = [];
  const send = (_queue: string, body: string): void => void heard.push({ at: clock.now(), body });
  const fleet = buildFleet({ clock, seed: spec.seed, send }, spec);
  const told: string[] = [];
  const { people } = playEvents(spec, fleet, (text) => void told.push(text));
  await clock.runUntil(600_000);
  const [facts] = fleet.world.oracle.facts();
  expect(told).toEqual([`happens: warning; it is ${facts?.instanceId ?? "nobody"}, instance 0 of group-0`]);
  const ended = {
    spec,
    fleet,
    people,
    heard,
    targetReads: { areBlind: () => false },
    docs: new Map(),
    incidents: new Map(),
    due: [],
    told: [],
    refused: [],
    failures: [],
    at: clock.now(),
  } as unknown as Ended;
  const breaches = breachesAtEnd(ended, [draining, capacity, hooks, byPeople, closing]);
  expect(new Set(breaches.map(({ invariant }) => invariant))).toEqual(
    new Set([
      "a doomed instance is deregistered everywhere before its deadline",
      "a doomed container instance is DRAINING before its deadline",
      "no task is killed without a stop before it",
      "every warning is reported, and its outcome",
    ]),
  );
});
