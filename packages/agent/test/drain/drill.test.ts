import { expect, test } from "vitest";
import { notice, set } from "./support/set.ts";

test("after a drill a notice in earnest is drained for", async () => {
  const { clock, add, reports, heard, comes, drain, state } = set();
  let runs = 0;
  add("work", () => void (runs += 1));
  void drain(heard(notice("drill", null)));
  await clock.advance(10_000);
  expect([runs, state()]).toEqual([1, "drained"]);
  comes(notice("interruption"));
  await clock.advance(10_000);
  expect([runs, reports.at(-1)?.reason.kind]).toEqual([2, "interruption"]);
});

test("a drill gives way to a notice in earnest", async () => {
  const { clock, add, reports, heard, comes, drain } = set();
  const reasons: string[] = [];
  add("work", async ({ reason, wait }) => {
    reasons.push(reason.kind);
    await wait(30_000);
  });
  void drain(heard(notice("drill", null)));
  await clock.advance(10_000);
  comes(notice("interruption"));
  await clock.advance(50_000);
  expect(reasons).toEqual(["drill", "interruption"]);
  expect(reports.map(({ outcome }) => outcome)).toEqual(["cancelled", "drained"]);
  expect(reports[1]?.ms).toBe(35_000);
});

test("a drill of hibernation can be followed by another drill", async () => {
  const { clock, add, heard, drain, state } = set();
  let runs = 0;
  add("state", { save: () => void (runs += 1) });
  for (const times of [1, 2]) {
    void drain(heard(notice("drill", "hibernate")));
    await clock.advance(2_000);
    expect([runs, state()]).toEqual([times, "asleep"]);
  }
});

test("whoever asks again as soon as a drill has given way begins no second drain", async () => {
  const { clock, add, reports, heard, listen, drain } = set();
  let [running, most] = [0, 0];
  add("work", async ({ wait }) => {
    most = Math.max(most, (running += 1));
    await wait(5_000);
    running -= 1;
  });
  listen(() => void drain(heard(notice("request", null), Infinity)));
  void drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  void drain(heard(notice("interruption")));
  await clock.advance(110_000);
  expect([most, reports.map(({ reason }) => reason.kind)]).toEqual([1, ["drill", "interruption"]]);
});

test("whoever asks as soon as a drill is over begins one drain, and has its report", async () => {
  const { clock, add, reports, heard, listen, drain, state } = set();
  let [running, most] = [0, 0];
  add("work", async ({ wait }) => {
    most = Math.max(most, (running += 1));
    await wait(5_000);
    running -= 1;
  });
  const asked: ReturnType<typeof drain>[] = [];
  listen(() => {
    if (reports.length === 1) asked.push(drain(heard(notice("request", null), Infinity)));
  });
  void drain(heard(notice("drill", null)));
  await clock.advance(110_000);
  expect([most, state(), reports.map(({ reason }) => reason.kind)]).toEqual([1, "drained", ["drill", "request"]]);
  expect(await asked[0]).toBe(reports[1]);
});

test("a drill that gave way to a notice is over, also where that is gone before it is drained for", async () => {
  const { clock, add, reports, heard, comes, goes, lasts, drain, state } = set();
  const log: string[] = [];
  add("work", {
    "stop-intake": () => void log.push("stop"),
    finish: async ({ wait }) => {
      await wait(5_000);
      // It lets go of what it has in hand.
      await lasts(1_000);
    },
    resume: () => void log.push("resume"),
  });
  void drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  const first = comes(notice("interruption"));
  await clock.advance(300);
  goes(first);
  await clock.advance(30_000);
  expect([log, state(), reports.map(({ reason }) => reason.kind)]).toEqual([["stop", "resume"], "running", ["drill"]]);
});

test("what a drill had stopped is taken up again when the notice it gave way to is gone", async () => {
  const { clock, add, heard, comes, goes, drain, state } = set();
  const log: string[] = [];
  add("consumer", {
    "stop-intake": () => void log.push("stop"),
    finish: ({ wait }) => wait(Infinity),
    resume: () => void log.push("resume"),
  });
  void drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  const first = comes(notice("interruption"));
  await clock.advance(1_000);
  // The drain for it has only begun to be unready.
  goes(first);
  await clock.advance(10);
  expect([log, state()]).toEqual([["stop", "resume"], "running"]);
});

test("what a drill has closed stays closed, and the drain that follows is not called off", async () => {
  const { clock, add, told, heard, comes, goes, drain, state } = set();
  add("pool", { close: () => {}, resume: () => {} });
  void drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  const first = comes(notice("interruption"));
  await clock.advance(1_000);
  goes(first);
  await clock.advance(10_000);
  expect([state(), told.at(-1)]).toMatchObject(["drained", { cancelled: { resumed: false } }]);
});

test.each([null, "hibernate"] as const)("a drill (%s) changes nothing of a drain in earnest", async (action) => {
  const { clock, add, reports, heard, comes, goes, drain, state } = set();
  add("work", { finish: ({ wait }) => wait(6_000), resume: () => {} });
  const first = comes(notice("interruption"));
  await clock.advance(6_000);
  void drain(heard(notice("drill", action)));
  await clock.advance(1_000);
  goes(first);
  await clock.advance(10);
  expect([state(), reports.map(({ outcome }) => outcome)]).toEqual(["running", ["cancelled"]]);
});
