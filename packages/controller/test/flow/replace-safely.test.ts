import {
  createGroup,
  createTargetGroup,
  type Instance,
  interrupt,
  recommend,
  type Region,
  spotkeeperRules,
  type World,
} from "@spotkeeper/simulator";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled, step, toldOf, writes } from "./assess.ts";
import { type Box, type BoxOptions, openBox, QUEUE } from "./box.ts";
import { groupOf } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

type Spec = Partial<Parameters<typeof createGroup>[2]>;

/** Instances of a group `web` behind a target group of its own, without ECS. */
const nodes =
  (spec: Spec = {}) =>
  (world: World, region: Region): void => {
    region.rules.push(...spotkeeperRules(QUEUE));
    const behind = { name: "nodes", port: 80, loadBalancer: "nodes", deregistrationDelay: 10 };
    const targetGroups = [createTargetGroup(world, region, behind)];
    createGroup(world, region, { name: "web", desired: 1, max: 4, types: ["m5.large"], targetGroups, ...spec });
  };

const healthy = (): string[] =>
  [...box.region.targetGroups.values()]
    .flatMap((one) => [...one.targets.values()])
    .filter((target) => target.state === "healthy")
    .map((target) => target.id);

const victims = (count = 1): Instance[] => [...box.region.instances.values()].slice(0, count);

/** Runs and returns how few targets were healthy at the worst moment. */
async function fewest(seconds: number): Promise<number> {
  let least = healthy().length;
  for (let second = 0; second < seconds; second += 1) {
    await box.run(1);
    least = Math.min(least, healthy().length);
  }
  return least;
}

/** What is suspended from the beginning would leave the first instances out of their target group, too. */
const open = async (
  { suspended = [], ...spec }: Spec,
  actions: BoxOptions["actions"],
  more: Partial<BoxOptions> = {},
): Promise<void> => {
  box = await openBox({ build: nodes(spec), actions: { replaceWithin: 300_000, ...actions }, ...more });
  await box.run(60);
  for (const name of suspended) groupOf(box.region).suspended.add(name);
};

describe.each(["never", "raise", "detach"] as const)(
  "a recommendation, where the policy says replace: %s",
  (replace) => {
    test("the replacement serves before the only target is taken", async () => {
      await open({ desired: 1 }, { replace, onRebalance: "replace" });
      const [victim] = victims();
      recommend(box.world, victim!);
      expect(await fewest(600)).toBe(1);
      await box.run(3_000);
      expect(effects(box, "detach")).toEqual([]);
      expect(effects(box, "terminate-in-group", victim!.id)).toHaveLength(1);
      expect(healthy()).toHaveLength(1);
      await expectSettled(box);
    });

    test("a replacement that never serves is called off: what was raised is lowered, and the old instance serves on", async () => {
      await open({ desired: 2, suspended: ["AddToLoadBalancer"] }, { replace, onRebalance: "replace" });
      const [victim] = victims();
      const before = healthy();
      recommend(box.world, victim!);
      expect(await fewest(600)).toBe(2);
      await box.run(9_000);
      expect(healthy()).toEqual(before);
      expect(victim!.state).toBe("running");
      expect(groupOf(box.region).desired).toBe(2);
      expect((await box.incident(victim!.id)).outcome).toBe("told");
      expect(step(await box.incident(victim!.id), "replace")).toMatchObject({
        state: "skipped",
        reason: expect.stringMatching(/no replacement served in time/),
      });
      await expectSettled(box);
    });
  },
);

test("a recommendation, and the warning before its replacement serves: carried through, and lowered as it is retired", async () => {
  await open({ desired: 2 }, { onRebalance: "replace" });
  const [victim] = victims();
  recommend(box.world, victim!);
  await box.run(8);
  expect(groupOf(box.region).desired).toBe(3);
  interrupt(box.world, victim!.id);
  await box.run(100);
  expect(groupOf(box.region).desired).toBe(2);
  expect(effects(box, "terminate-in-group", victim!.id)).toHaveLength(1);
  await box.run(1_500);
  expect(healthy()).toHaveLength(2);
  const incident = await box.incident(victim!.id);
  expect(incident.outcome).toBe("drained");
  expect([step(incident, "replace").state, step(incident, "release").state]).toEqual(["done", "done"]);
  await expectSettled(box);
});

describe("a warning, where the policy says to detach", () => {
  test.each([10, 120, 900])(
    "refused on a recommendation %i s before, at the group's maximum: it asks again, and detaches",
    async (after) => {
      await open({ desired: 2, max: 2 }, { replace: "detach", onRebalance: "replace" });
      const [victim] = victims();
      recommend(box.world, victim!);
      await box.run(after);
      expect(step(await box.incident(victim!.id), "replace")).toMatchObject({
        state: "skipped",
        reason: "the group is at its maximum of 2",
      });
      interrupt(box.world, victim!.id);
      await box.run(1_500);
      expect(effects(box, "detach", victim!.id)).toHaveLength(1);
      expect(step(await box.incident(victim!.id), "replace:again").state).toBe("done");
      expect(groupOf(box.region).desired).toBe(2);
      expect(healthy()).toHaveLength(2);
      await expectSettled(box);
    },
  );

  test("another target is healthy: detached at once", async () => {
    await open({ desired: 2, max: 2 }, { replace: "detach" });
    const [victim] = victims();
    interrupt(box.world, victim!.id);
    expect(await fewest(200)).toBe(1);
    expect(effects(box, "detach", victim!.id)).toHaveLength(1);
    await box.run(3_000);
    await expectSettled(box);
  });

  test("it is the last healthy target: the group is raised instead", async () => {
    await open({ desired: 1 }, { replace: "detach" });
    const [victim] = victims();
    interrupt(box.world, victim!.id);
    expect(await fewest(100)).toBe(1);
    expect(effects(box, "detach")).toEqual([]);
    expect(effects(box, "set-desired").map((one) => one.key)).toEqual(["web: 1 to 2"]);
    await box.run(3_000);
    await expectSettled(box);
  });

  test("it is the last, and there is no room: left alone until another is healthy", async () => {
    await open({ desired: 2, max: 2 }, { replace: "detach" });
    const [victim, other] = victims(2);
    const [targets] = box.region.targetGroups.values();
    const theirs = [...targets!.targets.values()].find((target) => target.id === other!.id)!;
    theirs.state = "unhealthy";
    interrupt(box.world, victim!.id);
    await box.run(30);
    expect(effects(box, "detach")).toEqual([]);
    expect(step(await box.incident(victim!.id), "replace").state).toBe("waiting");
    theirs.state = "healthy";
    await box.run(30);
    expect(effects(box, "detach", victim!.id)).toHaveLength(1);
  });

  test("both of two are doomed: the one that is held as the last is not detached", async () => {
    await open({ desired: 2, max: 2 }, { replace: "detach", replaceCap: 1 });
    for (const { id } of victims(2)) interrupt(box.world, id);
    expect(await fewest(20)).toBe(1);
    const [held] = healthy();
    expect(effects(box, "detach").map((one) => one.key)).not.toContain(held);
  });

  test("AddToLoadBalancer is suspended: not detached, since a replacement would take no requests", async () => {
    await open({ desired: 3, suspended: ["AddToLoadBalancer"] }, { replace: "detach" });
    const [victim] = victims();
    interrupt(box.world, victim!.id);
    await box.run(60);
    expect(effects(box, "detach")).toEqual([]);
    expect(step(await box.incident(victim!.id), "replace").reason).toMatch(/AddToLoadBalancer/);
  });
});

test("what was detached is protected from termination: tried once, and people are told that it runs on", async () => {
  await open({ desired: 2, max: 2 }, { replace: "detach" });
  const [victim] = victims();
  victim!.disableApiTermination = true;
  interrupt(box.world, victim!.id, { survives: true });
  await box.run(3_000);
  const ends = writes(box).filter((call) => call.operation === "TerminateInstances");
  expect(ends).toHaveLength(1);
  expect(toldOf(box, victim!.id).at(-1)?.doing.join("\n")).toMatch(
    /could not be ended, and runs on outside its group; please end it: .*OperationNotPermitted/,
  );
});

test("property: what is only recommended takes no healthy target away, and ends no instance whose replacement does not serve", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        desired: fc.integer({ min: 1, max: 3 }),
        room: fc.integer({ min: 0, max: 2 }),
        doomed: fc.integer({ min: 1, max: 3 }),
        replace: fc.constantFrom("never", "raise", "detach"),
        replaceCap: fc.constantFrom(0.2, 1),
        suspended: fc.constantFrom<readonly string[]>([], ["AddToLoadBalancer"], ["Launch"]),
        scarce: fc.boolean(),
        seed: fc.integer({ min: 1, max: 1_000 }),
      }),
      async ({ desired, room, doomed, replace, replaceCap, suspended, scarce, seed }) => {
        await open(
          { desired, max: desired + room, suspended, zones: ["us-east-1a"] },
          { replace, onRebalance: "replace", replaceWithin: 120_000, replaceCap },
          { seed },
        );
        const all = victims(Math.min(doomed, desired));
        if (scarce) box.region.pools.set("us-east-1a/m5.large/spot", -10);
        const before = healthy().length;
        for (const one of all) recommend(box.world, one);
        expect(await fewest(500)).toBeGreaterThanOrEqual(before);
        await box.run(9_000);
        const ended = all.filter(({ state }) => state !== "running").length;
        if (scarce || suspended.length > 0) expect(ended).toBe(0);
        expect(healthy()).toHaveLength(before);
        await expectSettled(box);
        await box.close();
      },
    ),
    {
      numRuns: 8,
      // Who would be chosen by its group to go, when what was raised is lowered, is one that serves.
      examples: [
        [
          {
            desired: 2,
            room: 1,
            doomed: 1,
            replace: "never",
            replaceCap: 1,
            suspended: ["AddToLoadBalancer"],
            scarce: false,
            seed: 1,
          },
        ],
      ],
    },
  );
}, 300_000);
