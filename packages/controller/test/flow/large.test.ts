import { createService, createTargetGroup, defineTask, interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { SpotkeeperError } from "../../src/errors.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { effects, expectSettled, step } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, hostOf, hostsOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

// The second is more than a document holds: then it goes on without what only undoing needs.
test.each([56, 160])("four services of %i tasks on two instances: all is deregistered and drained", async (desired) => {
  box = await openBox({
    build: (world, region) => {
      shop({ group: { desired: 2, max: 4, types: ["m5.24xlarge"] }, web: { desired: 2 } })(world, region);
      const cluster = region.clusters.get("shop");
      if (cluster === undefined) throw new Error("no cluster");
      for (const name of ["one", "two", "three", "four"]) {
        const targetGroup = createTargetGroup(world, region, {
          name,
          targetType: "ip",
          loadBalancer: "shop",
          deregistrationDelay: 20,
        });
        const definition = defineTask(region, { family: name, cpu: 128, memory: 128 });
        createService(world, cluster, { name, definition, desired, targetGroup, minimumHealthyPercent: 50 });
      }
    },
    actions: { replace: "detach" },
  });
  await box.run(60);
  const victim = hostOf(box.region);
  const targets = victim.targets.size;
  expect(targets).toBeGreaterThan(100);
  interrupt(box.world, victim.id);
  await box.run(1_800);
  expect(effects(box, "deregister").length).toBeGreaterThanOrEqual(targets);
  expect((await box.incident(victim.id)).outcome).toBe("drained");
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], targetsLost: [] });
  await expectSettled(box);
});

test.each(["detach", "raise"] as const)(
  "thirty of one group at once, replaced by %s: its record stays small, and all is settled",
  async (replace) => {
    box = await openBox({
      build: shop({ group: { desired: 40, max: 80 }, web: { desired: 30 } }),
      actions: { replace, replaceCap: 1, replaceCooldown: 1_000 },
    });
    await box.run(60);
    for (const { id } of hostsOf(box.region)) interrupt(box.world, id);
    await box.run(3_600);
    expect(groupOf(box.region).desired).toBe(40);
    expect((await box.incidents()).filter((doc) => doc.body.outcome !== "drained")).toEqual([]);
    await expectSettled(box);
  },
);

/** A ledger without room for any document of a group. */
const noRoomForGroups = (real: Ledger): Ledger => ({
  ...real,
  commit: (docs, ...rest) => {
    const large = docs.find((doc) => doc.kind === "group");
    if (large === undefined) return real.commit(docs, ...rest);
    return Promise.reject(new SpotkeeperError("SK-LEDGER-TOO-LARGE", `${large.key} is too large`));
  },
});

test("an incident's document that is full goes on without what only undoing needs", async () => {
  box = await openBox({ build: shop(), largestBody: 1_800 });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(1_800);
  const incident = await box.incident(victim.id);
  expect(incident.outcome).toBe("drained");
  const drained = step(incident, "drain");
  expect([drained.state, drained.params]).toEqual(["done", {}]);
  await expectSettled(box);
});

test("a group's record that is full holds up the replacement, and nothing else", async () => {
  box = await openBox({
    build: shop(),
    actions: { replace: "detach" },
    ledger: noRoomForGroups,
  });
  await box.run(60);
  const victim = hostOf(box.region);
  interrupt(box.world, victim.id);
  await box.run(60);
  const incident = await box.incident(victim.id);
  expect(box.entries.some((one) => one.text.endsWith("for a replacement: another document is full"))).toBe(true);
  expect(step(incident, "replace").state).toBe("skipped");
  expect(incident.drainedAt).not.toBeNull();
  expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], targetsLost: [] });
  await box.run(1_800);
  await expectSettled(box);
});
