import { expect, test } from "vitest";
import { factsOf } from "../../src/enrich/facts-of.ts";
import { activeIn } from "../../src/enrich/storm/active.ts";
import { createLookUp } from "../../src/enrich/look-up/look-up.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";
import type { Facts } from "../../src/enrich/facts.ts";
import { containersOn } from "../../src/inventory/containers-on.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { testClock } from "./support/clock.ts";
import { fakeAws } from "./support/fake-aws.ts";
import { bigCluster, clusterArn, container, instance, instanceId, place, task } from "./support/fleet.ts";

const ID = instanceId(1);
const subject = { type: "instance", id: ID } as const;

/** An instance of `web` that first joined `default`, where it has left a task. */
function bench(more: Parameters<typeof container>[2] = { runningTasks: 1 }) {
  const fleet = bigCluster("web", 3);
  fleet.clusters.set(clusterArn("default"), { arn: clusterArn("default"), tags: {}, capacityProviders: [] });
  const old = container("default", ID, { agentConnected: false, ...more });
  fleet.containers.set("old", old);
  fleet.tasks.set(old.arn, [task("default", "left", { group: "service:left", containerInstanceArn: old.arn })]);
  const clock = testClock();
  const fake = fakeAws(fleet, clock);
  const inventory = createMemoryInventory();
  const lookUp = createLookUp({
    aws: fake.aws,
    inventory,
    clock,
    overrides: defaultOverrides,
    gather: 0,
  });
  const look = (depth: "act" | "tell") => clock.settle(lookUp(subject, place, clock.now() + 30_000, depth));
  const facts = (): Facts => factsOf(inventory, subject, place, new Set([ID]), defaultOverrides, clock.now());
  return { fleet, fake, inventory, clock, old, look, facts };
}

test("all that it is registered as is found, the connected one first, and the tasks of all", async () => {
  const { look, facts, old } = bench();
  await look("act");
  await look("tell");
  expect(facts().containerInstances.map(({ arn }) => arn)).toEqual([container("web", ID).arn, old.arn]);
  expect(facts().tasks).toHaveLength(11);
  expect(facts().tasks.filter(({ task: one }) => one.clusterArn === clusterArn("default"))).toHaveLength(1);
});

test("one whose agent is not connected does not end the search for what it is now", async () => {
  const { look, facts, inventory, old, clock } = bench();
  inventory.put("container", old.arn, old, clock.now());
  expect(facts()).toMatchObject({
    complete: false,
    missing: expect.arrayContaining([{ what: "cluster", why: "not asked yet" }]),
  });
  await look("act");
  expect(facts()).toMatchObject({ complete: true, notInEcs: false });
  expect(facts().containerInstances[0]?.clusterArn).toBe(clusterArn("web"));
});

test("no cluster is searched before an instance that ends is drained: its agent is disconnected; the alert's reads do", async () => {
  const { fake, fleet, look, facts, inventory, old, clock } = bench();
  await look("act");
  const ends = { state: "shutting-down", stateReason: "Server.SpotInstanceTermination" };
  fleet.instances.set(ID, instance(ID, ends));
  inventory.put("instance", ID, instance(ID, { state: "shutting-down" }), clock.now());
  const live = container("web", ID);
  inventory.put("container", live.arn, { ...live, agentConnected: false }, clock.now());
  clock.jump(1);
  const before = fake.calls.length;
  await look("act");
  expect(fake.calls.slice(before).map(({ operation }) => operation)).toEqual(["DescribeInstances"]);
  expect(facts()).toMatchObject({ complete: true, instance: ends });
  expect(facts().containerInstances.map(({ arn }) => arn)).toEqual([live.arn]);
  await look("tell");
  expect(facts().containerInstances.map(({ arn }) => arn)).toContain(old.arn);
});

test("a cluster that could not be asked is told where nothing else says what the instance is now", async () => {
  const { fake, fleet, look, facts, inventory, old, clock } = bench();
  fleet.containers.delete(ID);
  inventory.put("container", old.arn, old, clock.now());
  fake.fail("ListContainerInstances", "denied", clusterArn("web"));
  await look("act");
  expect(facts().complete).toBe(false);
  expect(facts().missing.some(({ what, why }) => what === "cluster" && why.startsWith("denied"))).toBe(true);
  expect(facts().containerInstances.map(({ arn }) => arn)).toEqual([old.arn]);
});

test("what a cluster no longer lists has left it, and says nothing of the others", async () => {
  const { fleet, look, inventory, old, clock } = bench();
  await look("act");
  await look("tell");
  fleet.containers.delete("old");
  clock.jump(3_700_000);
  await look("tell");
  expect(containersOn(inventory, ID).map(({ arn }) => arn)).toEqual([container("web", ID).arn]);
  expect(inventory.get("container", old.arn)?.value).toBe(null);
});

test("an instance counts as active where its agent is connected, and once", () => {
  const inventory = createMemoryInventory();
  const live = container("web", ID);
  for (const one of [live, container("web", ID, { arn: `${live.arn}-old`, agentConnected: false })])
    inventory.put("container", one.arn, one, 1);
  const elsewhere = container("default", ID, { agentConnected: false });
  inventory.put("container", elsewhere.arn, elsewhere, 1);
  expect(activeIn(inventory, clusterArn("web"), new Set(), 2)).toBe(1);
  expect(activeIn(inventory, clusterArn("default"), new Set(), 2)).toBe(0);
  inventory.put("container", live.arn, { ...live, agentConnected: false }, 2);
  expect(
    activeIn(inventory, clusterArn("web"), new Set(), 2) + activeIn(inventory, clusterArn("default"), new Set(), 2),
  ).toBe(1);
});
