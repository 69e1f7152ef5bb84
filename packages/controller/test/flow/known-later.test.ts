import {
  createLatticeTargetGroup,
  type Instance,
  interrupt,
  recommend,
  type Region,
  type World,
} from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { step } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** The shop, whose group stands behind VPC Lattice as well: something is taken off before the tasks are known. */
const build = (world: World, region: Region): void =>
  shop({ group: { latticeTargetGroups: [createLatticeTargetGroup(world, region, { name: "lattice" })] } })(
    world,
    region,
  );

const open = (host: Instance): string[] => [
  ...[...host.targets].filter(({ state }) => state !== "draining").map(({ id }) => id),
  ...[...host.registrations].filter((one) => one.open).map(({ name }) => name),
];

test("nothing has drained before it is known what runs there: tasks that nobody drains leave their target groups", async () => {
  box = await openBox({ build, actions: { drain: false } });
  box.simulator.faults.add({ match: { operation: "ListTasks" }, effect: { kind: "latency", ms: 2_000 } });
  const host = hostOf(box.region);
  expect(open(host)).toHaveLength(2);
  interrupt(box.world, host.id);
  await box.run(60);
  expect(open(host)).toEqual([]);
});

test("a warning that follows a recommendation has its own time to look for the instance in all load balancers", async () => {
  box = await openBox({ build, warm: true, actions: { onRebalance: "alert" } });
  const host = hostOf(box.region);
  recommend(box.world, host);
  await box.run(60);
  interrupt(box.world, host.id);
  await box.run(60);
  expect(step(await box.incident(host.id), "look-around")).toMatchObject({ state: "done" });
});
