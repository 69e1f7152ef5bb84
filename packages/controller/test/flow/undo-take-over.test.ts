import {
  createClassicLoadBalancer,
  createGroup,
  createLatticeTargetGroup,
  createTargetGroup,
  interrupt,
  setStandby,
  type Region,
  spotkeeperRules,
  type World,
} from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { type Box, openBox, QUEUE } from "./box.ts";
import { groupOf } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** A group of two behind a target group, a Classic load balancer and VPC Lattice. */
function balanced(world: World, region: Region): void {
  region.rules.push(...spotkeeperRules(QUEUE));
  createGroup(world, region, {
    name: "web",
    desired: 2,
    types: ["m5.large"],
    targetGroups: [
      createTargetGroup(world, region, { name: "web", port: 80, loadBalancer: "shop", deregistrationDelay: 20 }),
    ],
    classicLoadBalancers: [createClassicLoadBalancer(region, { name: "old", draining: 30 })],
    latticeTargetGroups: [createLatticeTargetGroup(world, region, { name: "web", port: 8080 })],
  });
}

/** Where an instance serves by now. */
function served(id: string): unknown {
  const { targetGroups, classicLoadBalancers, latticeTargetGroups } = box.region;
  return [
    [...targetGroups.values()][0]?.targets.get(`${id}:80`)?.state,
    [...classicLoadBalancers.values()][0]?.registrations.get(id)?.state,
    [...latticeTargetGroups.values()][0]?.targets.get(`${id}:8080`)?.status,
  ];
}

const ALL = ["healthy", "in-service", "HEALTHY"];

test("of two workers one is killed before it records what it took: the other puts it back", async () => {
  let refuse = true;
  box = await openBox({
    build: balanced,
    warm: true,
    workers: 2,
    ledger: (real: Ledger) => ({
      ...real,
      commit: (docs, entries, unchanged) =>
        refuse && docs.some(({ kind, version }) => kind === "incident" && version > 0)
          ? new Promise(() => {})
          : real.commit(docs, entries, unchanged),
    }),
  });
  const [id] = [...groupOf(box.region).members.keys()] as [string];
  interrupt(box.world, id, { survives: true });
  await box.run(1);
  expect(served(id)).not.toEqual(ALL);
  await box.kill(0);
  refuse = false;
  await box.run(1_200);
  expect((await box.incident(id)).outcome).toBe("cancelled");
  expect(served(id)).toEqual(ALL);
});

test("a worker that has just begun looks before it puts back: one that is on standby stays out", async () => {
  box = await openBox({ build: balanced, warm: true });
  const [id] = [...groupOf(box.region).members.keys()] as [string];
  interrupt(box.world, id, { survives: true });
  await box.run(200);
  setStandby(box.world, id, true);
  await box.takeOver();
  await box.run(1_200);
  const incident = await box.incident(id);
  expect(incident.outcome).toBe("cancelled");
  expect(incident.owed).toHaveLength(3);
  expect(incident.owed.map(({ state, reason }) => [state, reason])).toEqual(
    incident.owed.map(() => ["skipped", "it is Standby in its group"]),
  );
});

test("two workers hear of it at once, and each does it: what was taken is put back", async () => {
  box = await openBox({ build: balanced, warm: true, workers: 2, deliver: "all" });
  const [id] = [...groupOf(box.region).members.keys()] as [string];
  interrupt(box.world, id, { survives: true });
  await box.run(1_200);
  expect((await box.incident(id)).outcome).toBe("cancelled");
  expect(served(id)).toEqual(ALL);
});
