import { virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { createLanes } from "../src/aws/lanes.ts";
import type { Operation } from "../src/aws/operation.ts";
import type { Clock, Ms } from "../src/clock.ts";
import { trackDoomed } from "../src/flow/doomed.ts";
import { createMemoryInventory } from "../src/inventory/memory.ts";
import { createSweeper } from "../src/inventory/sweep/sweeper.ts";
import { warning } from "./correlate/support.ts";
import { fakeAws } from "./enrich/support/fake-aws.ts";
import { testClock } from "./enrich/support/clock.ts";
import { emptyFleet, group, place } from "./enrich/support/fleet.ts";
import { incidentOf } from "./respond/support.ts";

const BACK: Ms = 6 * 3_600_000;
const MINUTE: Ms = 60_000;

/** A clock that is found to be six hours ahead, and corrected, as soon as `correct` is called; its timers run on. */
function ahead<C extends Clock>(even: C): { readonly clock: Clock; readonly correct: () => void } {
  let by = BACK;
  const clock: Clock = {
    now: () => even.now() + by,
    sleep: (ms, signal) => even.sleep(ms, signal),
    setTimer: (at, fn) => even.setTimer(at - by, fn),
  };
  return { clock, correct: () => void (by = 0) };
}

test("calls leave at the pace of their budget after the clock was set back", async () => {
  const even: VirtualClock = virtualClock(0);
  const { clock, correct } = ahead(even);
  const lanes = createLanes({ clock, random: () => 0.5, onCall: () => {} });
  const sent: Ms[] = [];
  const operation: Operation<string, string> = {
    service: "test",
    name: "Do",
    limit: { name: "few", capacity: 10, refill: 10 },
    size: 1,
    share: "never",
    keyOf: (item) => item,
    send: (batch) =>
      batch.request(async () => {
        sent.push(even.now());
        await even.sleep(10);
        return () => "done";
      }),
  };
  const ask = (): Promise<string> =>
    lanes.ask(place, operation, "", "item", { purpose: "act", deadline: clock.now() + MINUTE });
  const asked = Array.from({ length: 18 }, ask);
  await even.runUntil(100);
  correct();
  await even.runUntil(5_000);
  expect(sent).toHaveLength(18);
  asked.push(ask(), ask());
  await even.runUntilSettled(Promise.allSettled(asked));
  expect(sent).toHaveLength(20);
});

test("who is doomed is counted anew after the clock was set back", () => {
  const { clock, correct } = ahead(virtualClock(0));
  const doomed = trackDoomed(clock);
  const open = incidentOf(warning(0));
  doomed.saw(open);
  expect(doomed.current().size).toBe(1);
  correct();
  doomed.saw({ ...open, key: "incident#i-2#1", body: { ...open.body, subject: { type: "instance", id: "i-2" } } });
  expect(doomed.current().size).toBe(2);
});

test("the sweep goes on after the clock was set back, with what failed as well", async () => {
  const even = testClock();
  const { clock, correct } = ahead(even);
  const fleet = emptyFleet();
  fleet.groups.set("nodes", group("nodes"));
  fleet.hooks.set("nodes", []);
  const fake = fakeAws(fleet, even, 20);
  fake.fail("ListClusters", "unavailable");
  const sweeper = createSweeper({
    aws: fake.aws,
    inventory: createMemoryInventory(),
    clock,
    random: () => 0.5,
    lease: () => Promise.resolve(true),
    places: [place],
    callsPerMinute: 60,
    often: 10 * MINUTE,
    keep: 24 * 60 * MINUTE,
  });
  void sweeper.run(new AbortController().signal);
  await even.pass(10_000);
  correct();
  fake.calls.length = 0;
  await even.pass(2 * MINUTE);
  expect(fake.calls.map(({ operation }) => operation)).toContain("ListClusters");
});
