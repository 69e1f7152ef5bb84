import {
  createGroup,
  createTargetGroup,
  recommend,
  type Region,
  spotkeeperRules,
  type World,
} from "@spotkeeper/simulator";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled, step } from "./assess.ts";
import { type Box, openBox, QUEUE } from "./box.ts";
import { groupOf } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

type Counts = Pick<Parameters<typeof createGroup>[2], "types" | "weights" | "desiredCapacityType">;

const WEIGHTS: Counts = {
  types: ["m5.large", "m5.xlarge", "m5.2xlarge"],
  weights: { "m5.large": 2, "m5.xlarge": 4, "m5.2xlarge": 8 },
};

const nodes =
  (counts: Counts) =>
  (world: World, region: Region): void => {
    region.rules.push(...spotkeeperRules(QUEUE));
    const behind = { name: "nodes", port: 80, loadBalancer: "nodes", deregistrationDelay: 10 };
    const targetGroups = [createTargetGroup(world, region, behind)];
    createGroup(world, region, { name: "web", desired: 14, max: 40, zones: ["us-east-1a"], targetGroups, ...counts });
  };

const members = (): { readonly [id: string]: string } =>
  Object.fromEntries([...groupOf(box.region).members].map(([id, { state }]) => [id, state]));

/** A group of which one is recommended to go, and whose replacements never serve. */
async function begin(counts: Counts, seed: number): Promise<{ readonly victim: string; readonly before: unknown }> {
  box = await openBox({ build: nodes(counts), actions: { onRebalance: "replace", replaceWithin: 120_000 }, seed });
  await box.run(300);
  groupOf(box.region).suspended.add("AddToLoadBalancer");
  const before = members();
  const [victim] = [...groupOf(box.region).members.values()].map(({ instance }) => instance);
  recommend(box.world, victim!);
  await box.run(100);
  expect(groupOf(box.region).desired).toBeGreaterThan(14);
  expect(Object.keys(members()).length).toBeGreaterThan(Object.keys(before).length);
  return { victim: victim!.id, before };
}

async function expectKept(victim: string): Promise<void> {
  expect(groupOf(box.region).desired).toBe(14);
  expect(effects(box, "terminate-in-group", victim)).toEqual([]);
  expect(step(await box.incident(victim), "replace")).toMatchObject({
    state: "skipped",
    reason: expect.stringMatching(/no replacement served in time/),
  });
  await expectSettled(box);
}

describe.each<[string, Counts]>([
  ["weights", WEIGHTS],
  ["vCPUs", { ...WEIGHTS, desiredCapacityType: "vcpu" }],
])("a group that counts %s: the replacements never serve", (_what, counts) => {
  test.each([1, 4, 5])("what was launched for it goes, and nobody else (seed %i)", async (seed) => {
    const { victim, before } = await begin(counts, seed);
    await box.run(9_000);
    expect(members()).toEqual(before);
    await expectKept(victim);
  });
});

test("what was launched is ended, and desired capacity cannot be lowered for a time: what comes in its place goes as well", async () => {
  const { victim, before } = await begin(WEIGHTS, 1);
  const refused = { match: { operation: "SetDesiredCapacity" }, effect: { kind: "reset" } } as const;
  box.simulator.faults.add(refused);
  await box.run(240);
  expect(effects(box, "terminate-in-group").length).toBeGreaterThan(1);
  box.simulator.faults.clear();
  await box.run(9_000);
  expect(members()).toEqual(before);
  await expectKept(victim);
});

test("property: killed at any instant of it, the group is as it was before", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 3 }),
      async (seed, kills) => {
        const { victim, before } = await begin(WEIGHTS, seed);
        for (const ms of kills) {
          await box.run(ms / 1_000);
          await box.takeOver();
        }
        await box.run(9_000);
        expect(members()).toEqual(before);
        await expectKept(victim);
        await box.close();
      },
    ),
    { numRuns: 3 },
  );
}, 120_000);
