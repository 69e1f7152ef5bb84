import { createTargetGroup, interrupt, recommend, setStandby } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled, step, toldOf, writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, hostOf, hostsOf, shop, type ShopOptions } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const members = (): string[] => [...groupOf(box.region).members.values()].map((one) => one.state);
const inService = (count: number): string[] => Array.from({ length: count }, () => "InService");
const group = (more: NonNullable<ShopOptions["group"]>): ShopOptions => ({ group: more });

describe.each(["detach", "raise"] as const)("by %s", (replace) => {
  test("a warning: one replacement launches at once, and nothing is left over", async () => {
    box = await openBox({ build: shop(), actions: { replace } });
    await box.run(60);
    const victim = hostOf(box.region);
    const warnedAt = box.clock.now();
    interrupt(box.world, victim.id);
    await box.run(30);
    const [launch] = effects(box, "launch");
    expect(launch?.at).toBeLessThan(warnedAt + 10_000);
    await box.run(1_800);
    expect(effects(box, "launch")).toHaveLength(1);
    expect(members()).toEqual(inService(6));
    expect(groupOf(box.region).desired).toBe(6);
    expect((await box.incident(victim.id)).outcome).toBe("drained");
    await expectSettled(box);
  });

  test("a recommendation: replaced, drained only then, and retired, though no warning follows", async () => {
    box = await openBox({ build: shop(), actions: { replace, onRebalance: "replace" } });
    await box.run(60);
    const victim = hostOf(box.region);
    recommend(box.world, victim);
    await box.run(3_600);
    const [drained] = effects(box, "drain", victim.id);
    // Never by detaching, which takes its targets away at once.
    expect(effects(box, "detach")).toEqual([]);
    const ends = effects(box, "terminate-in-group", victim.id);
    expect(effects(box, "launch")).toHaveLength(1);
    expect(drained?.at).toBeGreaterThan(effects(box, "launch")[0]?.at ?? Infinity);
    expect(ends).toHaveLength(1);
    expect(ends[0]?.at).toBeGreaterThanOrEqual(
      step(await box.incident(victim.id), "drain-tasks").settledAt ?? Infinity,
    );
    expect(victim.state).toBe("terminated");
    expect(box.world.oracle.factsOf(victim.id)).toMatchObject({ tasksKilled: [], tasksCut: [], targetsLost: [] });
    expect(members()).toEqual(inService(6));
    expect((await box.incident(victim.id)).outcome).toBe("drained");
    await expectSettled(box);
  });

  test("the doomed goes before its replacement serves", async () => {
    box = await openBox({ build: shop(), actions: { replace }, settings: { boot: [200_000, 220_000] } });
    await box.run(60);
    interrupt(box.world, hostOf(box.region).id);
    await box.run(3_600);
    expect(members()).toEqual(inService(6));
    expect(groupOf(box.region).desired).toBe(6);
    expect(effects(box, "launch")).toHaveLength(1);
    await expectSettled(box);
  });

  test("cancelled while replacing: what it was replaced by stays, the survivor is retired or put back, none is left over", async () => {
    box = await openBox({ build: shop(), actions: { replace } });
    await box.run(60);
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id, { survives: true });
    await box.run(3_600);
    expect(members()).toEqual(inService(6));
    expect(groupOf(box.region).desired).toBe(6);
    await expectSettled(box);
  });

  test("capacity runs out: told with AWS's words, and nothing stays raised or detached", async () => {
    box = await openBox({ build: shop(group({ zones: ["us-east-1a"] })), actions: { replace } });
    await box.run(60);
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id, { exhaust: 7_200_000 });
    // What the doomed instance gives back is taken by others, too.
    for (const pool of box.region.pools.keys()) box.region.pools.set(pool, -10);
    await box.run(3_000);
    const incident = await box.incident(victim.id);
    expect(step(incident, "replace").reason).toMatch(/Unable to fulfill capacity/);
    expect(step(incident, "verify-replacement")).toMatchObject({
      state: "abandoned",
      reason: expect.stringMatching(/Unable to fulfill capacity/),
    });
    expect(toldOf(box, victim.id).at(-1)?.doing.join()).toMatch(
      /wait until a replacement serves: could not: .*Unable to fulfill capacity/,
    );
    expect(box.world.oracle.leftovers()).toEqual({
      detachedRunning: [],
      raised: [],
      onDemandRaised: [],
      openActions: [],
    });
    expect(groupOf(box.region).desired).toBe(6);
    expect(incident.closedAt).not.toBeNull();
  });

  test("a storm in one group: at most the cap is replaced at a time, with its cool-down, and all is settled", async () => {
    box = await openBox({
      build: shop({ group: { desired: 20, max: 40 }, web: { desired: 20 } }),
      actions: { replace, replaceCap: 0.2, replaceCooldown: 60_000 },
      workers: 2,
    });
    await box.run(60);
    const victims = hostsOf(box.region).slice(0, 12);
    for (const { id } of victims) interrupt(box.world, id);
    let most = 0;
    for (let second = 0; second < 120; second += 1) {
      await box.run(1);
      const doc = await box.clock.runUntilSettled(box.ledger.load("group#123456789012/us-east-1/web", "group"));
      const underway = Object.values(doc?.body.replacing ?? {}).filter((one) =>
        ["launching", "serves", "retiring"].includes(one.state),
      );
      most = Math.max(most, underway.length);
    }
    expect(most).toBe(4);
    await box.run(3_600);
    expect(members()).toEqual(inService(20));
    expect(groupOf(box.region).desired).toBe(20);
    expect(effects(box, "launch").length).toBeGreaterThanOrEqual(12);
    await expectSettled(box);
  });
});

describe("gates", () => {
  const refusals: [string, ShopOptions, "detach" | "raise", RegExp][] = [
    ["Launch is suspended", group({ suspended: ["Launch"] }), "detach", /Launch process is suspended/],
    ["Terminate is suspended", group({ suspended: ["Terminate"] }), "raise", /Terminate process is suspended/],
    ["scale-in protection", group({ protectNew: true }), "raise", /protected from scale-in/],
    ["the maximum is reached", group({ max: 6 }), "raise", /at its maximum of 6/],
    [
      "a maintenance policy leaves no room",
      group({ maintenance: { min: 90, max: 100 } }),
      "raise",
      /maintenance policy/,
    ],
  ];
  test.each(refusals)("%s: not replaced early, and the reason is kept", async (_why, options, replace, reason) => {
    box = await openBox({ build: shop(options), actions: { replace } });
    await box.run(60);
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(100);
    expect(step(await box.incident(victim.id), "replace")).toMatchObject({
      state: "skipped",
      reason: expect.stringMatching(reason),
    });
    expect(writes(box).filter((call) => call.service === "autoscaling")).toEqual([]);
  });

  test("deletion protection is of the group, not of its instances: replaced as in any other", async () => {
    box = await openBox({
      build: shop(group({ deletionProtection: "prevent-all-deletion" })),
      actions: { replace: "raise" },
    });
    await box.run(60);
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(1_800);
    expect(effects(box, "launch")).toHaveLength(1);
    expect(members()).toEqual(inService(6));
    await expectSettled(box);
  });

  test("a group with an operator that was taken over by policy: drained, its capacity left alone", async () => {
    box = await openBox({
      build: shop(group({ operator: "eks.amazonaws.com" })),
      actions: { replace: "raise", handsOn: true },
    });
    await box.run(60);
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(100);
    expect(effects(box, "drain", victim.id)).toHaveLength(1);
    expect(step(await box.incident(victim.id), "replace").reason).toMatch(/only eks.amazonaws.com, its operator/);
    expect(effects(box, "set-desired")).toEqual([]);
  });

  test("on standby: not replaced early", async () => {
    box = await openBox({ build: shop(), actions: { replace: "detach" } });
    await box.run(60);
    const victim = hostOf(box.region);
    setStandby(box.world, victim.id, true);
    interrupt(box.world, victim.id);
    await box.run(100);
    expect(step(await box.incident(victim.id), "replace").reason).toMatch(/Standby/);
    expect(effects(box, "detach")).toEqual([]);
  });

  test("an instance refresh is under way: not replaced early", async () => {
    box = await openBox({ build: shop(), actions: { replace: "detach" } });
    await box.run(60);
    const victim = hostOf(box.region);
    groupOf(box.region).refreshes.push({ id: "r-1", startTime: box.clock.now(), endTime: null, status: "InProgress" });
    interrupt(box.world, victim.id);
    await box.run(100);
    expect(step(await box.incident(victim.id), "replace").reason).toMatch(/instance refresh/);
    expect(effects(box, "detach")).toEqual([]);
  });

  test("a zonal shift is in force: not replaced early", async () => {
    box = await openBox({
      build: (world, region) => {
        const behind = createTargetGroup(world, region, {
          name: "nodes",
          targetType: "instance",
          port: 80,
          loadBalancer: "nodes",
        });
        shop(group({ targetGroups: [behind] }))(world, region);
      },
      actions: { replace: "detach" },
    });
    await box.run(60);
    box.region.shiftedZones.add("us-east-1b");
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id);
    await box.run(100);
    expect(step(await box.incident(victim.id), "replace").reason).toMatch(/zonal shift/);
    expect(effects(box, "detach")).toEqual([]);
  });

  test("spare capacity serves: nothing is launched for it", async () => {
    box = await openBox({ build: shop(), actions: { replace: "detach" } });
    await box.run(60);
    const victim = hostOf(box.region);
    groupOf(box.region).desired = 5;
    groupOf(box.region).suspended.add("Terminate");
    interrupt(box.world, victim.id);
    await box.run(100);
    expect(step(await box.incident(victim.id), "replace").reason).toMatch(/spare capacity/);
    expect(effects(box, "detach")).toEqual([]);
  });
});

test("two incidents want the last room: one has it, the other waits for it or does without", async () => {
  box = await openBox({ build: shop(group({ max: 7 })), actions: { replace: "raise", replaceCap: 1 }, workers: 2 });
  await box.run(60);
  const victims = hostsOf(box.region).slice(0, 2);
  for (const { id } of victims) interrupt(box.world, id);
  let most = 0;
  for (let second = 0; second < 130; second += 1) {
    await box.run(1);
    most = Math.max(most, groupOf(box.region).desired);
  }
  expect(most).toBe(7);
  expect(effects(box, "set-desired").filter((one) => one.key.includes("7"))).toHaveLength(1);
  await box.run(3_600);
  expect(members()).toEqual(inService(6));
  expect(groupOf(box.region).desired).toBe(6);
  expect(toldOf(box, victims[0]?.id ?? "").length).toBeGreaterThan(0);
  await expectSettled(box);
});
