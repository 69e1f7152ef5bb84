import { interrupt, recommend } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { defaultActions, defaultPolicy } from "../../src/decide/defaults.ts";
import type { Policy } from "../../src/decide/policy.ts";
import { expectSettled, writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

describe("a notice that was cancelled", () => {
  test("closes within minutes of being put back, and counts for nothing then", async () => {
    box = await openBox({ build: shop(), warm: true });
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id, { survives: true });
    await box.run(600);
    const incident = await box.incident(victim.id);
    expect(incident.outcome).toBe("cancelled");
    const { closedAt, cancelledAt } = incident;
    expect((closedAt ?? Infinity) - (cancelledAt ?? 0)).toBeLessThan(120_000);
    await expectSettled(box);
  });

  test("a later warning on the same instance is a new story, drained again", async () => {
    box = await openBox({ build: shop({ standalone: true }), warm: true });
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id, { survives: true });
    await box.run(420);
    interrupt(box.world, victim.id);
    await box.run(600);
    const [first, second] = [await box.incident(victim.id, 1), await box.incident(victim.id, 2)];
    expect([first.outcome, second.outcome]).toEqual(["cancelled", "drained"]);
    expect(first.signals.map(({ kind }) => kind)).toEqual(["spot-interruption"]);
    const counts = box.sent.map(({ members }) => members.filter((one) => one.subject === victim.id).length);
    expect(Math.max(...counts)).toBe(1);
    await expectSettled(box);
  });
});

describe("a dry run, and then the real thing on the same ledger", () => {
  const policy = (dryRun: boolean, onRebalance: "alert" | "drain" = "alert"): Policy => ({
    ...defaultPolicy,
    defaults: { ...defaultActions, dryRun, onRebalance },
  });
  let current: Policy;
  const open = async (onRebalance: "alert" | "drain" = "alert"): Promise<void> => {
    current = policy(true, onRebalance);
    box = await openBox({ build: shop(), warm: true, policy: () => current });
  };

  test("what was only said is not done, and ends as a dry run", async () => {
    await open();
    const victim = hostOf(box.region);
    interrupt(box.world, victim.id, { survives: true });
    await box.run(30);
    current = policy(false);
    await box.run(400);
    expect((await box.incident(victim.id)).outcome).toBe("dry-run");
    expect(writes(box)).toEqual([]);
  });

  test.each(["alert", "drain"] as const)(
    "a warning that comes then is answered for real, also after a recommendation (%s) that was not",
    async (onRebalance) => {
      await open(onRebalance);
      const victim = hostOf(box.region);
      recommend(box.world, victim);
      await box.run(30);
      const before = (await box.incident(victim.id)).alerts.map(({ key }) => key);
      current = policy(false, onRebalance);
      interrupt(box.world, victim.id);
      await box.run(900);
      const last = (await box.incidents()).map(({ body }) => body).toSorted((a, b) => b.ordinal - a.ordinal)[0];
      expect(last?.outcome).toBe("drained");
      expect(last?.alerts.some(({ key }) => before.includes(key))).toBe(false);
      await expectSettled(box);
    },
  );

  test("an instance of a real storm does not join what was told in the dry run", async () => {
    await open();
    const [said, done] = [...box.region.instances.values()];
    if (said === undefined || done === undefined) throw new Error("no instances");
    interrupt(box.world, said.id);
    await box.run(30);
    current = policy(false);
    interrupt(box.world, done.id);
    await box.run(600);
    const told = (await box.incident(done.id)).alerts.map(({ key }) => key);
    expect((await box.incident(said.id)).alerts.filter(({ key }) => told.includes(key))).toEqual([]);
    const mixed = box.sent.filter(({ members }) => new Set(members.map((one) => one.subject)).size > 1);
    expect(mixed).toEqual([]);
  });
});
