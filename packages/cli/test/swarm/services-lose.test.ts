import {
  attachGroup,
  createCluster,
  createGroup,
  createTargetGroup,
  createWorld,
  defineTask,
  deregisterTarget,
  type Instance,
  interrupt,
  recommend,
  regionOf,
  runStandalone,
  spotkeeperRules,
  virtualClock,
} from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { generateWorld } from "../../src/simulate/swarm/generate.ts";
import type { Scene } from "../../src/simulate/swarm/invariants/scene.ts";
import { services } from "../../src/simulate/swarm/invariants/services.ts";
import { readPolicy, type WrittenPolicy } from "../../src/simulate/swarm/swarm-policy.ts";
import type { Heard } from "../../src/simulate/swarm/workers/queue.ts";

const LAST = "the last healthy target is held while there is time";
const TASKS = "tasks are told to stop only when they must";
const REPLACED = "an instance with only a recommendation is drained after its replacement serves";
const ACCOUNT = "123456789012";

/** A group behind a load balancer, in a cluster, whose effects are looked at; no worker is there. */
function bench(desired: number, written: WrittenPolicy = {}) {
  const clock = virtualClock(Date.UTC(2026, 0, 1, 12));
  const heard: Heard[] = [];
  const world = createWorld({
    clock,
    seed: 1,
    send: (_queue, body) => void heard.push({ at: clock.now(), body }),
    settings: { eventDelay: [100, 100] },
  });
  const region = regionOf(world, ACCOUNT, "us-east-1");
  region.rules.push(...spotkeeperRules("queue"));
  const targets = createTargetGroup(world, region, { name: "web", port: 80, loadBalancer: "shop" });
  const group = createGroup(world, region, { name: "web", desired, types: ["m5.large"], targetGroups: [targets] });
  const cluster = createCluster(region, "shop");
  attachGroup(world, cluster, group);
  const task = runStandalone(world, cluster, defineTask(region, { family: "report", stopTimeout: 60 }));
  const broken: string[] = [];
  const scene = {
    spec: { ...generateWorld(1), messages: [], faults: [], lives: [], outages: [], clocks: [], readLag: 0, workers: 1 },
    fleet: {
      world,
      regions: [region],
      groups: new Map([["web", group]]),
      members: new Map(),
      notOurs: [],
      notOurInstances: new Set(),
    },
    people: { desired: new Map(), detached: new Set() },
    policy: readPolicy(written),
    heard,
    began: clock.now(),
    troubles: { calls: { within: () => false }, lives: { within: () => false } },
  } as unknown as Scene;
  services.watch(scene, (invariant) => void broken.push(invariant));
  const [first, second] = [...group.members.values()].map(({ instance }) => instance) as [Instance, Instance];
  return {
    world,
    group,
    task,
    first,
    second,
    broken,
    wait: (seconds: number) => clock.runUntil(clock.now() + seconds * 1_000),
    deregister(instance: Instance) {
      const [target] = instance.targets;
      if (target === undefined) throw new Error("it has no target");
      world.oracle.effect("deregister", `web/${target.id}:${target.port}`);
      deregisterTarget(world, target);
    },
  };
}

test("the last healthy target goes 25 s before the end, and no sooner", async () => {
  const soon = bench(1);
  interrupt(soon.world, soon.first.id);
  await soon.wait(92);
  soon.deregister(soon.first);
  expect(soon.broken).toEqual([LAST]);
  const late = bench(1);
  interrupt(late.world, late.first.id);
  await late.wait(95);
  late.deregister(late.first);
  expect(late.broken).toEqual([]);
});

test("of two that are warned of the first may go at once, where another one is healthy; the second is held", async () => {
  const at = bench(2);
  interrupt(at.world, at.first.id);
  interrupt(at.world, at.second.id);
  await at.wait(10);
  at.deregister(at.first);
  expect(at.broken).toEqual([]);
  at.deregister(at.second);
  expect(at.broken).toEqual([LAST]);
});

test("nothing is held where the policy says so, nor for what nobody can know yet", async () => {
  const free = bench(1, { defaults: { holdLast: false } });
  interrupt(free.world, free.first.id);
  await free.wait(10);
  free.deregister(free.first);
  expect(free.broken).toEqual([]);
  const unknown = bench(2);
  const [target] = unknown.second.targets;
  if (target !== undefined) deregisterTarget(unknown.world, target);
  interrupt(unknown.world, unknown.first.id);
  await unknown.wait(10);
  unknown.deregister(unknown.first);
  expect(unknown.broken).toEqual([]);
});

test("a task is told to stop in time for its stopTimeout, and no sooner", async () => {
  const at = bench(1);
  interrupt(at.world, at.first.id);
  await at.wait(45);
  at.world.oracle.effect("stop-task", at.task?.arn ?? "");
  expect(at.broken).toEqual([TASKS]);
  await at.wait(5);
  at.world.oracle.effect("stop-task", at.task?.arn ?? "");
  expect(at.broken).toEqual([TASKS]);
});

test("what is only recommended is kept until its group serves as much without it", async () => {
  const replaced = { defaults: { onRebalance: "replace" } };
  const early = bench(2, replaced);
  recommend(early.world, early.first);
  await early.wait(100);
  early.world.oracle.effect("drain", `${early.first.id} DRAINING`);
  expect(early.broken).toEqual([REPLACED]);
  const served = bench(2, replaced);
  recommend(served.world, served.first);
  served.group.desired += 1;
  for (const listener of served.world.listeners.groupChanged) listener(served.group);
  await served.wait(300);
  served.world.oracle.effect("drain", `${served.first.id} DRAINING`);
  expect(served.broken).toEqual([]);
  const drained = bench(2, { defaults: { onRebalance: "drain" } });
  recommend(drained.world, drained.first);
  await drained.wait(10);
  drained.world.oracle.effect("drain", `${drained.first.id} DRAINING`);
  expect(drained.broken).toEqual([]);
});
