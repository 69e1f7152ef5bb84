import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { hostOf, shop } from "../flow/fleet.ts";
import { openWhole, type Whole } from "./support.ts";

let whole: Whole;
afterEach(() => whole.close());

test.each([330_000, -330_000])("a clock %i ms off: judged by AWS's, said in readiness and log", async (ahead) => {
  whole = await openWhole({ build: shop({ group: { hooks: [] } }), ahead, speed: 30 });
  await whole.until(() => [...whole.region.instances.values()].filter(({ state }) => state === "running").length >= 6);
  await whole.clock.sleep(60_000);
  const victim = hostOf(whole.region);
  const warnedAt = whole.clock.now();
  interrupt(whole.world, victim.id);
  await whole.until(() => [...whole.incidents.values()].some(({ drainedAt }) => drainedAt !== null));
  const [incident] = whole.incidents.values();
  // A second, since a warning tells whole ones, and what the machine takes at this speed.
  expect(Math.abs((incident?.deadline ?? 0) - warnedAt - 120_000)).toBeLessThan(2_000);
  expect(incident?.drainedAt ?? 0).toBeLessThan(incident?.deadline ?? 0);
  expect(
    whole.entries.map(({ text }) => text).filter((text) => /^drained with -|after the deadline/.test(text)),
  ).toEqual([]);
  await whole.until(() => [...whole.incidents.values()].every(({ closedAt }) => closedAt !== null));
  expect([...whole.incidents.values()].map(({ outcome, owed }) => [outcome, owed.length])).toEqual([["drained", 0]]);
  expect((await whole.ready()).reasons).toEqual([
    expect.objectContaining({
      what: "clock",
      code: "SK-CLOCK-WRONG",
      message: expect.stringMatching(/clock is 3[23]\d s (ahead of|behind) AWS's\. .*NTP/) as string,
    }),
  ]);
  expect(whole.log.filter(({ code }) => code === "SK-CLOCK-WRONG")).toHaveLength(1);
});

test("a drain stands while somebody sets the clock right", async () => {
  whole = await openWhole({ build: shop({ group: { hooks: [] } }), ahead: -330_000, speed: 30 });
  await whole.until(() => [...whole.region.instances.values()].filter(({ state }) => state === "running").length >= 6);
  await whole.clock.sleep(60_000);
  interrupt(whole.world, hostOf(whole.region).id);
  await whole.until(() => [...whole.incidents.values()].some(({ drainedAt }) => drainedAt !== null));
  whole.setAhead(0);
  await whole.until(() => [...whole.incidents.values()].every(({ closedAt }) => closedAt !== null));
  expect([...whole.incidents.values()].map(({ outcome, cancelledAt }) => [outcome, cancelledAt])).toEqual([
    ["drained", null],
  ]);
  expect((await whole.ready()).reasons).toEqual([]);
});

test("a clock that is right is not spoken of", async () => {
  whole = await openWhole({ build: shop(), speed: 30 });
  await whole.until(() => whole.simulator.calls.recent().some(({ operation }) => operation === "ReceiveMessage"));
  expect((await whole.ready()).reasons).toEqual([]);
  expect(JSON.stringify(whole.log)).not.toContain("clock");
});
