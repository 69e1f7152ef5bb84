import { createService, createTargetGroup, defineTask, interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import type { Doc } from "../../src/model/doc.ts";
import { effects, expectSettled, step } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOf, hostsOf, shop, type ShopOptions } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

/** A service that may fall to nothing while its tasks move, so that ECS alone would leave nobody to answer. */
const alone = (more: ShopOptions = {}): ShopOptions => ({
  ...more,
  web: { desired: 1, minimumHealthyPercent: 0, ...more.web },
});

const SLOW = { taskStart: [40_000, 41_000], targetHealthy: [20_000, 21_000] } as const;

test("the last healthy target is held, with its task, until another is healthy", async () => {
  box = await openBox({
    build: shop(alone({ web: { desired: 1, minimumHealthyPercent: 100 } })),
    settings: { taskStart: [10_000, 11_000], targetHealthy: [20_000, 21_000] },
  });
  await box.run(60);
  const victim = hostOf(box.region);
  const warnedAt = box.clock.now();
  interrupt(box.world, victim.id);
  await box.run(20);
  expect(victim.containerInstance?.status).toBe("DRAINING");
  expect(effects(box, "deregister")).toEqual([]);
  expect(step(await box.incident(victim.id), "hold")).toMatchObject({
    state: "waiting",
    reason: "it is the last healthy target",
  });
  await box.run(70);
  expect(step(await box.incident(victim.id), "hold")).toMatchObject({
    state: "done",
    reason: "another target is healthy",
  });
  // ECS lets its target go as soon as the other serves.
  expect(box.world.oracle.factsOf(victim.id)?.deregisteredAt).toBeGreaterThan(warnedAt + 30_000);
  await box.run(1_500);
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], targetsLost: [] });
  await expectSettled(box);
});

test("no other becomes healthy: held until the last safe moment, and still drained before the deadline", async () => {
  box = await openBox({
    warm: true,
    build: shop(alone({ deregistrationDelay: 5 })),
    settings: { ...SLOW, taskStart: [200_000, 201_000] },
  });
  await box.run(60);
  const victim = hostOf(box.region);
  const warnedAt = box.clock.now();
  interrupt(box.world, victim.id);
  await box.run(60);
  expect(effects(box, "deregister")).toEqual([]);
  expect(victim.containerInstance?.status).toBe("ACTIVE");
  await box.run(1_500);
  const [deregistered] = effects(box, "deregister");
  // 120 s, less the margin of 10 s, less 15 s for its connections.
  expect(deregistered?.at).toBeGreaterThanOrEqual(warnedAt + 95_000);
  expect(deregistered?.at).toBeLessThan(warnedAt + 97_000);
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ targetsLost: [] });
  await expectSettled(box);
});

test("two doomed at once carry the last two targets: one is held, the other goes at once", async () => {
  box = await openBox({ warm: true, build: shop(alone({ web: { desired: 2 } })), settings: SLOW });
  await box.run(60);
  const victims = hostsOf(box.region);
  expect(victims).toHaveLength(2);
  for (const { id } of victims) interrupt(box.world, id);
  await box.run(15);
  expect(effects(box, "deregister")).toHaveLength(1);
  await box.run(1_500);
  for (const { id } of victims) expect(box.world.oracle.factsOf(id)).toMatchObject({ targetsLost: [] });
  await expectSettled(box);
});

test("another doomed target of its service is held already: it goes at once", async () => {
  box = await openBox({ warm: true, build: shop(alone()), settings: SLOW });
  await box.run(60);
  const victim = hostOf(box.region);
  const [arn] = box.region.targetGroups.keys();
  const held: Doc<"service"> = {
    kind: "service",
    key: `service#${arn ?? ""}`,
    schema: 1,
    version: 0,
    wakeAt: null,
    tags: [],
    body: { heldFor: "incident#i-0000000000000000f#1", until: box.clock.now() + 100_000 },
  };
  await box.clock.runUntilSettled(box.ledger.commit([held], []));
  interrupt(box.world, victim.id);
  await box.run(10);
  expect(effects(box, "deregister")).toHaveLength(1);
  expect(step(await box.incident(victim.id), "hold")).toMatchObject({
    state: "done",
    reason: "another doomed target is held in its place",
  });
});

test("a second service of the same instance that has others is not held", async () => {
  box = await openBox({
    build: (world, region) => {
      shop(alone())(world, region);
      const cluster = region.clusters.get("shop");
      if (cluster === undefined) throw new Error("no cluster");
      const targetGroup = createTargetGroup(world, region, {
        name: "api",
        targetType: "ip",
        loadBalancer: "shop",
        deregistrationDelay: 5,
      });
      createService(world, cluster, {
        name: "api",
        definition: defineTask(region, { family: "api" }),
        desired: 6,
        targetGroup,
        minimumHealthyPercent: 50,
      });
    },
    settings: SLOW,
  });
  await box.run(60);
  interrupt(box.world, hostOf(box.region).id);
  await box.run(15);
  expect(effects(box, "deregister").map((one) => one.key.split("/")[0])).toEqual(["api"]);
  await box.run(1_500);
  await expectSettled(box);
});

test("two workers, one storm: each tells what is left when what the other has accepted is gone, too", async () => {
  box = await openBox({ warm: true, build: shop(), workers: 2 });
  await box.run(60);
  const victims = hostsOf(box.region).slice(0, 2);
  for (const { id } of victims) interrupt(box.world, id);
  await box.run(10);
  expect(box.sent[0]?.stakes).toEqual([expect.stringMatching(/^web keeps 2 of 4 tasks/)]);
});
