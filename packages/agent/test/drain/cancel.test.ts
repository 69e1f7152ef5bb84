import { expect, test } from "vitest";
import { notice, set } from "./support/set.ts";

test("a notice that goes while the process is only unready: all goes on as before", async () => {
  const { clock, add, reports, told, comes, goes, state } = set();
  let finished = false;
  add("work", () => void (finished = true));
  const first = comes(notice("interruption"));
  await clock.advance(3_000);
  expect(state()).toBe("draining");
  goes(first);
  await clock.advance(10);
  expect(state()).toBe("running");
  expect(finished).toBe(false);
  expect(reports).toMatchObject([{ outcome: "cancelled" }]);
  expect(told.at(-1)).toEqual({ cancelled: { notice: first.notice, resumed: true } });
  expect(clock.pending()).toBe(0);

  comes(notice("interruption"));
  await clock.advance(6_000);
  expect([finished, state(), reports.length]).toEqual([true, "drained", 2]);
});

test("what can be taken up again is, with its intake stopped", async () => {
  const { clock, add, reports, comes, goes, state } = set();
  const log: string[] = [];
  add("server", {
    "stop-intake": () => void log.push("stopped"),
    finish: ({ signal }) =>
      new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
      }),
    resume: () => void log.push("resumed"),
  });
  const first = comes(notice("interruption"));
  await clock.advance(20_000);
  goes(first);
  await clock.advance(10);
  expect([log, state(), reports[0]?.outcome]).toEqual([["stopped", "resumed"], "running", "cancelled"]);
});

test.each([
  ["a consumer that has no way back", {}],
  ["one that cannot be taken up again after all", { resume: () => Promise.reject(new Error("gone")) }],
])("%s: the drain goes on, and that is told", async (_, more) => {
  const { clock, add, reports, told, comes, goes, state } = set();
  add("consumer", { "stop-intake": () => {}, finish: () => new Promise(() => {}), ...more });
  let closed = false;
  add("pool", { close: () => void (closed = true) });
  const first = comes(notice("interruption"));
  await clock.advance(20_000);
  goes(first);
  await clock.advance(110_000);
  expect([closed, state(), reports.at(-1)?.reason]).toEqual([true, "drained", first.notice]);
  expect(told.at(-1)).toMatchObject({ cancelled: { resumed: false } });
});

test("a scheduled event is told at once, and drained for two minutes before it begins", async () => {
  const { clock, told, comes, state } = set();
  comes(notice("scheduled-event"), 3 * 86_400_000);
  await clock.advance(3 * 86_400_000 - 120_001);
  expect([told.length, state()]).toEqual([1, "running"]);
  await clock.advance(1);
  expect(state()).toBe("draining");
});

test("one whose time nobody tells is only told", async () => {
  const { clock, told, comes, state } = set();
  comes(notice("scheduled-event"), Infinity);
  await clock.advance(30 * 86_400_000);
  expect([told.length, state()]).toEqual([1, "running"]);
});

test("one that is called off before is not drained for", async () => {
  const { clock, told, comes, goes, state } = set();
  const event = comes(notice("scheduled-event"), 86_400_000);
  await clock.advance(1_000);
  goes(event);
  await clock.advance(2 * 86_400_000);
  expect([told.length, state(), clock.pending()]).toEqual([2, "running", 0]);
});

test("nor is one that was told before the watching ended", async () => {
  const { clock, comes, standing, state } = set();
  comes(notice("scheduled-event"), 86_400_000);
  standing.clear();
  await clock.advance(2 * 86_400_000);
  expect(state()).toBe("running");
});

test("a recommendation is told, and drains nothing unless that is asked for", async () => {
  const { clock, told, heard, take, status, state } = set(["interruption"]);
  take([heard(notice("rebalance", null), Infinity), null]);
  await clock.advance(1_000);
  expect([told.length, state(), status().notice?.kind]).toEqual([1, "running", "rebalance"]);
  take([heard(notice("interruption")), null]);
  expect([status().notice?.kind, state()]).toEqual(["interruption", "draining"]);
});

test("work that goes on since the notice was called off can tell that from having no time left", async () => {
  const { clock, add, comes, goes } = set();
  const ends: boolean[] = [];
  add("jobs", {
    finish: async (context) => {
      await context.wait(Infinity);
      ends.push(context.calledOff);
    },
    resume: () => {},
  });
  const first = comes(notice("interruption"));
  await clock.advance(20_000);
  goes(first);
  await clock.advance(10);
  comes(notice("interruption"));
  await clock.advance(110_000);
  expect(ends).toEqual([true, false]);
});

test.each([
  ["from the beginning", "terminate", 20_000],
  ["out of hibernation", "hibernate", 5_000],
] as const)("a notice that comes while all is being taken up again is drained for (%s)", async (_, action, after) => {
  const { clock, add, reports, comes, goes, lasts, state } = set();
  add("work", {
    unready: () => {},
    finish: ({ wait }) => wait(Infinity),
    resume: () => lasts(4_000),
  });
  const first = comes(notice("interruption", action), action === "hibernate" ? 0 : 120_000);
  await clock.advance(after);
  goes(first);
  await clock.advance(1_000);
  comes(notice("signal", null), Infinity);
  // Its own time counts from when it was heard.
  await clock.advance(28_000);
  expect(state()).toBe("drained");
  expect(reports.at(-1)).toMatchObject({ outcome: "cut-off", reason: { kind: "signal" } });
});

test("where one cannot be taken up again, those that were are stopped anew, and nothing in flight is cut off", async () => {
  const { clock, add, reports, told, comes, goes, state } = set();
  const log: string[] = [];
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  add("server", {
    "stop-intake": () => void log.push("stop"),
    finish: async ({ wait, signal }) => {
      await Promise.race([finished, wait(Infinity)]);
      log.push(signal.aborted ? "aborted" : "finished");
    },
    resume: () => void log.push("resume"),
  });
  add("consumer", { "stop-intake": () => {}, resume: () => Promise.reject(new Error("gone")) });
  const first = comes(notice("interruption"));
  await clock.advance(20_000);
  goes(first);
  await clock.advance(20_000);
  finish();
  await clock.advance(80_000);
  expect(log).toEqual(["stop", "aborted", "resume", "stop", "finished"]);
  expect([state(), reports.map(({ outcome }) => outcome)]).toEqual(["drained", ["cancelled", "drained"]]);
  expect(told.at(-1)).toMatchObject({ cancelled: { resumed: false } });
});

test("a notice whose action changes, and that goes then, is called off all the same", async () => {
  const { clock, add, heard, goes, take, state } = set();
  add("work", { finish: ({ wait }) => wait(Infinity), resume: () => {} });
  const first = heard(notice("interruption"));
  const second = heard(notice("interruption", "stop"));
  take([first, null]);
  await clock.advance(10_000);
  take([second, first]);
  await clock.advance(1_000);
  goes(second);
  await clock.advance(10);
  expect(state()).toBe("running");
});

test("of two notices that drain, the drain is called off with the last, whichever it began with", async () => {
  const { clock, add, heard, goes, take, state } = set();
  add("work", { finish: ({ wait }) => wait(Infinity), resume: () => {} });
  const first = heard(notice("rebalance", null), Infinity);
  const second = heard(notice("interruption"));
  take([first, null]);
  take([second, null]);
  await clock.advance(10_000);
  goes(first);
  await clock.advance(10);
  expect(state()).toBe("draining");
  goes(second);
  await clock.advance(10);
  expect(state()).toBe("running");
});

test("what somebody asked for goes on though the notice that it joined is gone", async () => {
  const { clock, add, reports, told, heard, comes, goes, drain, state } = set();
  add("work", { finish: ({ wait }) => wait(Infinity), resume: () => {} });
  const first = comes(notice("interruption"));
  await clock.advance(10_000);
  const asked = drain(heard(notice("request", null), Infinity));
  goes(first);
  await clock.advance(110_000);
  expect([state(), reports.length]).toEqual(["drained", 1]);
  expect((await asked).outcome).toBe("cut-off");
  expect(told.at(-1)).toMatchObject({ cancelled: { resumed: false } });
});

test("one that comes and goes while an earlier one is called off changes nothing", async () => {
  const { clock, add, reports, told, heard, goes, lasts, take, state } = set();
  const log: string[] = [];
  add("work", {
    "stop-intake": () => void log.push("stop"),
    finish: ({ wait }) => wait(Infinity),
    resume: async () => {
      await lasts(1_000);
      log.push("resumed");
    },
  });
  const [first, second] = [heard(notice("interruption")), heard(notice("rebalance", null), Infinity)];
  take([first, null]);
  await clock.advance(20_000);
  goes(first);
  await clock.advance(500);
  take([second, null]);
  await clock.advance(100);
  goes(second);
  await clock.advance(120_000);
  expect([log, state(), reports.length]).toEqual([["stop", "resumed"], "running", 1]);
  expect(told.slice(-2)).toMatchObject([{ cancelled: { resumed: true } }, { cancelled: { resumed: true } }]);
});

test("of those that wait for a drain to give way the gravest counts, and who asks is served", async () => {
  const { clock, add, reports, heard, comes, goes, lasts, drain, state } = set();
  let finished = 0;
  add("work", {
    finish: async ({ wait }) => {
      await wait(3_000);
      finished += 1;
    },
    resume: () => lasts(3_000),
  });
  const first = comes(notice("interruption"));
  await clock.advance(6_000);
  goes(first);
  await clock.advance(1_000);
  const second = comes(notice("rebalance", "hibernate"), 0);
  const third = comes(notice("interruption"), 60_000);
  const asked = drain(heard(notice("request", null), Infinity));
  await clock.advance(3_000);
  goes(second);
  goes(third);
  await clock.advance(50_000);
  expect((await asked).outcome).toBe("drained");
  expect([finished, state(), reports.at(-1)?.reason.kind]).toEqual([2, "drained", "interruption"]);
  // The deadline of what is gone is none.
  expect(reports.at(-1)?.margin).toBeNull();
});

test("an event that is far off does not keep a notice from being called off, nor hides it", async () => {
  const { clock, add, comes, goes, status, state } = set();
  add("work", { finish: ({ wait }) => wait(Infinity), resume: () => {} });
  comes(notice("scheduled-event"), 7 * 86_400_000);
  const first = comes(notice("interruption"));
  expect(status().notice?.kind).toBe("interruption");
  await clock.advance(10_000);
  goes(first);
  await clock.advance(10);
  expect([state(), status().notice?.kind]).toEqual(["running", "scheduled-event"]);
});
