import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";

import { createWorld, fleetOperations, launchInstance, regionOf } from "../../src/fleet/index.ts";
import { sdkHandler } from "../../src/sdk-handler.ts";
import { createSimulator } from "../../src/simulator.ts";
import type { VirtualClock } from "../../src/virtual-clock.ts";
import { virtualClock } from "../../src/virtual-clock.ts";
import type { Clients } from "./support.ts";
import { credentials, START } from "./support.ts";

const MAX_LAG = 10_000;

interface Setup {
  readonly clock: VirtualClock;
  readonly ids: readonly string[];
  readonly ec2: Clients["ec2"];
  readonly states: (input: {
    ids?: readonly string[];
    filter?: readonly string[];
  }) => Promise<Record<string, string | undefined>>;
}

async function prepare(maxReadLag: number): Promise<Setup> {
  const clock = virtualClock(START);
  const world = createWorld({ clock, seed: 1, send: () => undefined });
  const region = regionOf(world, "111122223333", "eu-west-1");
  const [zone] = region.zones.values();
  if (zone === undefined) throw new Error("the region has no zone");
  const spec = { type: "m5.large", zone, purchase: "spot", running: true } as const;
  const ids = Array.from({ length: 20 }, () => launchInstance(world, region, spec).id);
  const simulator = createSimulator({
    clock,
    seed: 1,
    world,
    operations: fleetOperations,
    throttleRules: [],
    maxReadLag,
  });
  const ec2 = new EC2Client({
    region: "eu-west-1",
    credentials,
    maxAttempts: 1,
    requestHandler: sdkHandler(simulator),
  });
  const states: Setup["states"] = async (asked) => {
    const output = await clock.runUntilSettled(
      ec2.send(
        new DescribeInstancesCommand({
          ...(asked.ids === undefined ? {} : { InstanceIds: [...asked.ids] }),
          ...(asked.filter === undefined ? {} : { Filters: [{ Name: "instance-id", Values: [...asked.filter] }] }),
        }),
      ),
    );
    const instances = (output.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
    return Object.fromEntries(instances.map(({ InstanceId = "", State }) => [InstanceId, State?.Name]));
  };
  return { clock, ids, ec2, states };
}

const SHOWN = { ids: 20, all: "running" };
const summary = (states: Record<string, string | undefined>): typeof SHOWN => {
  const values = new Set(Object.values(states));
  return { ids: Object.keys(states).length, all: [...values].join(" ") };
};

test("without a lag, reads follow writes at once", async () => {
  const { clock, ids, ec2, states } = await prepare(0);
  expect(summary(await states({ ids }))).toEqual(SHOWN);
  await clock.runUntilSettled(ec2.send(new TerminateInstancesCommand({ InstanceIds: [...ids] })));
  expect(summary(await states({ ids }))).toEqual({ ids: 20, all: "shutting-down" });
});

test("new instances appear one by one: by id as not found until then, by filter as absent", async () => {
  const { clock, ids, states } = await prepare(MAX_LAG);
  await expect(states({ ids })).rejects.toMatchObject({ name: "InvalidInstanceID.NotFound" });
  const early = Object.keys(await states({ filter: ids })).length;
  await clock.runUntil(START + MAX_LAG / 2);
  const later = Object.keys(await states({ filter: ids })).length;
  expect(early).toBe(0);
  expect(later).toBeGreaterThan(2);
  expect(later).toBeLessThan(18);
  await clock.runUntil(START + MAX_LAG);
  expect(summary(await states({ ids }))).toEqual(SHOWN);
});

test("terminated instances read as before for a while, and never go back once they changed", async () => {
  const { clock, ids, ec2, states } = await prepare(MAX_LAG);
  await clock.runUntil(START + MAX_LAG);
  const changed = await clock.runUntilSettled(ec2.send(new TerminateInstancesCommand({ InstanceIds: [...ids] })));
  expect(changed.TerminatingInstances?.every(({ CurrentState }) => CurrentState?.Name === "shutting-down")).toBe(true);
  const gone = new Set<string>();
  const counts: number[] = [];
  for (let at = 0; at <= MAX_LAG; at += 1_000) {
    await clock.runUntil(START + MAX_LAG + at);
    const now = await states({ ids });
    for (const id of gone) expect(now[id]).not.toBe("running");
    for (const id of ids) if (now[id] !== "running") gone.add(id);
    counts.push(gone.size);
  }
  expect(counts[0]).toBeLessThan(5);
  expect(counts[5]).toBeGreaterThan(2);
  expect(counts[5]).toBeLessThan(18);
  expect(counts.at(-1)).toBe(20);
});

test("a new instance that is not found yet is not found by TerminateInstances either, and goes on", async () => {
  const { clock, ids, ec2, states } = await prepare(MAX_LAG);
  const end = clock.runUntilSettled(ec2.send(new TerminateInstancesCommand({ InstanceIds: [...ids] })));
  await expect(end).rejects.toMatchObject({ name: "InvalidInstanceID.NotFound" });
  await clock.runUntil(START + MAX_LAG);
  expect(summary(await states({ ids }))).toEqual(SHOWN);
});
