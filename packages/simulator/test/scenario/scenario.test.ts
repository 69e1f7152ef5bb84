import { expect, test } from "vitest";
import { startAt } from "../fleet/support.ts";
import type { Instance, World } from "../../src/fleet/state.ts";
import { interrupt } from "../../src/fleet/index.ts";
import { parseTrace } from "../../src/traces/parse.ts";
import { playTrace } from "../../src/scenario/play-trace.ts";
import { readFileSync } from "node:fs";
import { sandboxFleet } from "../../src/scenario/sandbox.ts";
import { stormFleet } from "../../src/scenario/storm.ts";
import { virtualClock } from "../../src/virtual-clock.ts";

const queueArn = "arn:aws:sqs:us-east-1:123456789012:spotkeeper";

const sandbox = (seed: number) => {
  const clock = virtualClock(startAt);
  const bodies: string[] = [];
  const fleet = sandboxFleet({ clock, seed, queueArn, send: (_queue, body) => bodies.push(body) });
  return { ...fleet, clock, bodies };
};

const running = (world: World): Instance[] => [...world.instances.values()].filter(({ state }) => state === "running");

test("the sandbox has what is promised", () => {
  const { region } = sandbox(1);
  const groups = [...region.groups.values()];
  expect(groups).toHaveLength(6);
  expect(groups.reduce((sum, group) => sum + group.members.size, 0)).toBe(120);
  expect(region.clusters.size).toBe(2);
  for (const group of groups) {
    const instances = [...group.members.values()].map(({ instance }) => instance);
    expect(new Set(instances.map(({ zone }) => zone.name)).size).toBe(3);
    expect(new Set(instances.map(({ type }) => type)).size).toBeGreaterThan(1);
  }
  for (const cluster of region.clusters.values()) {
    const tasks = [...cluster.tasks.values()];
    expect(tasks.some(({ service }) => service === null)).toBe(true);
    expect(tasks.some(({ service }) => service?.strategy === "DAEMON")).toBe(true);
    expect(tasks.every(({ lastStatus }) => lastStatus === "RUNNING")).toBe(true);
    for (const container of cluster.containerInstances.values()) {
      expect(container.usedCpu).toBeLessThanOrEqual(container.cpu);
      expect(container.usedMemory).toBeLessThanOrEqual(container.memory);
    }
  }
});

test("left alone, nothing happens", async () => {
  const { world, clock, bodies } = sandbox(1);
  const before = running(world).map(({ id }) => id);
  await clock.runUntil(startAt + 900_000);
  expect(running(world).map(({ id }) => id)).toEqual(before);
  // The one message is AWS's test of the hook that has a queue of its own.
  expect(bodies.filter((body) => !body.includes("TEST_NOTIFICATION"))).toEqual([]);
});

test("a seed gives one story, and another seed another", async () => {
  const story = async (seed: number): Promise<string[]> => {
    const { world, clock, bodies, region } = sandbox(seed);
    for (const id of [...region.groups.values()].flatMap((group) => [...group.members.keys()].slice(4, 6))) {
      interrupt(world, id);
    }
    await clock.runUntil(startAt + 300_000);
    return bodies;
  };
  const first = await story(1);
  expect(first.length).toBeGreaterThan(20);
  expect(await story(1)).toEqual(first);
  expect(await story(2)).not.toEqual(first);
});

test("a trace is played at its speed, its storms whole, and the fleet recovers", async () => {
  const { world, clock, region } = sandbox(3);
  const text = readFileSync(new URL("../../traces/bamboo/g4dn-trace.csv", import.meta.url), "utf8");
  const trace = parseTrace("g4dn-trace.csv", text);
  const player = playTrace(world, trace, { speed: 10, leadIn: 5_000 });
  await clock.runUntil(startAt + 4_999);
  expect(player.played()).toBe(0);
  await clock.runUntil(startAt + 5_000);
  const firstAt = trace.events.find(({ kind }) => kind === "interrupt")?.at;
  const together = trace.events.filter(({ kind, at }) => kind === "interrupt" && at === firstAt).length;
  expect(player.played()).toBe(together);
  await clock.runUntil(startAt + 4_500_000);
  expect(player.played()).toBe(74);
  expect(player.done()).toBe(true);
  await clock.runUntil(startAt + 5_400_000);
  for (const group of region.groups.values()) {
    const serving = [...group.members.values()].filter(({ state }) => state === "InService");
    expect(serving).toHaveLength(group.desired);
  }
  for (const cluster of region.clusters.values()) {
    for (const service of cluster.services.values()) {
      const live = [...service.tasks].filter(({ lastStatus }) => lastStatus === "RUNNING").length;
      expect({ service: service.name, live }).toEqual({
        service: service.name,
        live: service.strategy === "DAEMON" ? cluster.ready.items.length : service.desired,
      });
    }
  }
});

test("a storm takes from one pool where that has enough", async () => {
  const { world, clock } = sandbox(4);
  const trace = parseTrace("t", "0,add,a\n0,add,b\n5,remove,a\n5,remove,b\n");
  const player = playTrace(world, trace, { speed: 1, leadIn: 0 });
  await clock.runUntil(startAt);
  expect(player.played()).toBe(2);
  const doomed = [...world.instances.values()].filter(({ notice }) => notice !== null);
  expect(new Set(doomed.map(({ zone, type }) => `${zone.name}/${type}`)).size).toBe(1);
});

test("a trace without interruptions cannot be played", () => {
  const { world } = sandbox(1);
  expect(() => playTrace(world, parseTrace("t", "0,add,a\n"), { speed: 1 })).toThrow("t has no interruption");
  expect(() => playTrace(world, parseTrace("t", "0,add,a\n1,remove,a\n"), { speed: 0 })).toThrow("speed");
});

test("a storm fleet has its victims spread over clusters and budgets, and its events reach one queue", async () => {
  const clock = virtualClock(startAt);
  const bodies: string[] = [];
  const { world, regions, victims } = stormFleet({
    clock,
    seed: 1,
    queueArn,
    instances: 1_000,
    clusters: 10,
    buckets: 5,
    send: (_queue, body) => bodies.push(body),
  });
  expect(victims).toHaveLength(1_000);
  expect(new Set(victims.map(({ id }) => id)).size).toBe(1_000);
  expect(new Set(regions.map(({ account, name }) => `${account}/${name}`)).size).toBe(5);
  expect(new Set(victims.slice(0, 5).map(({ region }) => region)).size).toBe(5);
  for (const { id } of victims) interrupt(world, id);
  await clock.runUntil(startAt + 130_000);
  expect(bodies.filter((body) => body.includes("Interruption Warning"))).toHaveLength(1_000);
  expect(victims.every(({ state }) => state === "shutting-down" || state === "terminated")).toBe(true);
  expect(world.oracle.facts()).toHaveLength(1_000);
});
