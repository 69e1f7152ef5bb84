import { interrupt } from "@spotkeeper/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { effects, expectSettled, step, toldOf, writes } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, hostOf, hostsOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const onDemand = (): number =>
  [...groupOf(box.region).members.values()].filter(({ instance }) => instance.purchase === "on-demand").length;
const serving = (): number =>
  [...groupOf(box.region).members.values()].filter(({ state }) => state === "InService").length;

/** Takes all Spot capacity away, what is given back too, or returns it. */
function spot(there: boolean): void {
  for (const zone of ["us-east-1a", "us-east-1b", "us-east-1c"]) {
    const key = `${zone}/m5.large/spot`;
    if (there) box.region.pools.delete(key);
    else box.region.pools.set(key, -100);
  }
}

const fallback = { lasts: 1_800_000, most: 2 };

describe.each(["detach", "raise", "never"] as const)("replaced by %s, and Spot has no capacity", (replace) => {
  test("On-Demand for a time, told; when it is over Spot takes its place, and nothing is left over", async () => {
    box = await openBox({ build: shop(), actions: { replace, onDemand: fallback } });
    await box.run(60);
    const victim = hostOf(box.region);
    spot(false);
    interrupt(box.world, victim.id);
    await box.run(600);
    expect(groupOf(box.region).onDemandBase).toBe(1);
    expect(onDemand()).toBe(1);
    expect(serving()).toBe(6);
    const incident = await box.incident(victim.id);
    expect(incident.outcome).toBe("drained");
    expect(step(incident, "verify-replacement")).toMatchObject({ state: "done", reason: "On-Demand for a time" });
    expect(toldOf(box, victim.id).at(-1)?.doing.join()).toMatch(/a replacement serves after .*, On-Demand for a time/);
    spot(true);
    await box.run(3_600);
    expect(groupOf(box.region).onDemandBase).toBe(0);
    expect(onDemand()).toBe(0);
    expect(serving()).toBe(6);
    expect(effects(box, "set-on-demand-base").map((one) => one.key)).toEqual(["web: 0 to 1", "web: 1 to 0"]);
    const group = await box.clock.runUntilSettled(box.ledger.load("group#123456789012/us-east-1/web", "group"));
    expect(group).toMatchObject({ wakeAt: null, body: { fallback: null, steps: [] } });
    await expectSettled(box);
  });
});

test("Spot still has none when the time is over: what serves On-Demand serves on", async () => {
  box = await openBox({ build: shop(), actions: { replace: "detach", onDemand: fallback } });
  await box.run(60);
  spot(false);
  interrupt(box.world, hostOf(box.region).id);
  await box.run(4_000);
  expect(groupOf(box.region).onDemandBase).toBe(0);
  expect(serving()).toBe(6);
  await expectSettled(box);
});

test("a storm: no more On-Demand than the policy allows, one author, two workers", async () => {
  box = await openBox({
    build: shop({ group: { desired: 12, max: 24 }, web: { desired: 12 } }),
    actions: { replace: "detach", replaceCap: 1, onDemand: { lasts: 1_800_000, most: 3 } },
    workers: 2,
  });
  await box.run(60);
  spot(false);
  for (const { id } of hostsOf(box.region).slice(0, 8)) interrupt(box.world, id);
  await box.run(900);
  expect(onDemand()).toBe(3);
  expect(groupOf(box.region).onDemandBase).toBe(3);
  spot(true);
  await box.run(5_400);
  expect(onDemand()).toBe(0);
  expect(serving()).toBe(12);
  await expectSettled(box);
});

test("somebody else sets the On-Demand base meanwhile: theirs stands", async () => {
  box = await openBox({ build: shop(), actions: { replace: "detach", onDemand: fallback } });
  await box.run(60);
  spot(false);
  interrupt(box.world, hostOf(box.region).id);
  await box.run(600);
  groupOf(box.region).onDemandBase = 4;
  await box.run(3_600);
  expect(groupOf(box.region).onDemandBase).toBe(4);
  expect(effects(box, "set-on-demand-base")).toHaveLength(1);
  expect(box.entries.some(({ text }) => /somebody else set the On-Demand base to 4/.test(text))).toBe(true);
});

test.each([
  ["no policy allows it", {}],
  ["a dry run by a rule", { onDemand: fallback, dryRun: true }],
  ["only observed", { onDemand: fallback, act: false }],
])("%s: the group is left as it is", async (_why, actions) => {
  box = await openBox({ build: shop(), actions: { replace: "detach", ...actions } });
  await box.run(60);
  spot(false);
  interrupt(box.world, hostOf(box.region).id);
  await box.run(1_800);
  expect(writes(box).filter((call) => call.operation === "UpdateAutoScalingGroup")).toEqual([]);
  expect(onDemand()).toBe(0);
});
