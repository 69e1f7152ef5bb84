import { expect, test } from "vitest";
import { notice, set } from "./support/set.ts";

test("after a drill a notice in earnest is drained for", async () => {
  const { clock, add, reports, drainer, heard, comes } = set();
  let runs = 0;
  add("work", () => void (runs += 1));
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(10_000);
  expect([runs, drainer.state()]).toEqual([1, "drained"]);
  comes(notice("interruption"));
  await clock.advance(10_000);
  expect([runs, reports.at(-1)?.reason.kind]).toEqual([2, "interruption"]);
});

test("a drill gives way to a notice in earnest", async () => {
  const { clock, add, reports, drainer, heard, comes } = set();
  const reasons: string[] = [];
  add("work", async ({ reason, wait }) => {
    reasons.push(reason.kind);
    await wait(30_000);
  });
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(10_000);
  comes(notice("interruption"));
  await clock.advance(50_000);
  expect(reasons).toEqual(["drill", "interruption"]);
  expect(reports.map(({ outcome }) => outcome)).toEqual(["cancelled", "drained"]);
  expect(reports[1]?.ms).toBe(35_000);
});

test("a drill of hibernation can be followed by another drill", async () => {
  const { clock, add, drainer, heard } = set();
  let runs = 0;
  add("state", { save: () => void (runs += 1) });
  for (const times of [1, 2]) {
    void drainer.drain(heard(notice("drill", "hibernate")));
    await clock.advance(2_000);
    expect([runs, drainer.state()]).toEqual([times, "asleep"]);
  }
});

test("whoever asks again as soon as a drill has given way begins no second drain", async () => {
  const { clock, add, reports, drainer, heard, listen } = set();
  let [running, most] = [0, 0];
  add("work", async ({ wait }) => {
    most = Math.max(most, (running += 1));
    await wait(5_000);
    running -= 1;
  });
  listen(() => void drainer.drain(heard(notice("request", null), Infinity)));
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  void drainer.drain(heard(notice("interruption")));
  await clock.advance(110_000);
  expect([most, reports.map(({ reason }) => reason.kind)]).toEqual([1, ["drill", "interruption"]]);
});

test("a drill that gave way to a notice which is gone itself begins anew, and ends as it was asked to", async () => {
  const { clock, add, reports, drainer, heard, comes, goes, lasts } = set();
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
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  const first = comes(notice("interruption"));
  await clock.advance(300);
  goes(first);
  await clock.advance(30_000);
  expect([log, drainer.state(), reports.map(({ reason }) => reason.kind)]).toEqual([
    ["stop", "stop"],
    "drained",
    ["drill"],
  ]);
});

test("what a drill had stopped is taken up again when the notice it gave way to is gone", async () => {
  const { clock, add, drainer, heard, comes, goes } = set();
  const log: string[] = [];
  add("consumer", {
    "stop-intake": () => void log.push("stop"),
    finish: ({ wait }) => wait(Infinity),
    resume: () => void log.push("resume"),
  });
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  const first = comes(notice("interruption"));
  await clock.advance(1_000);
  // The drain for it has only begun to be unready.
  goes(first);
  await clock.advance(10);
  expect([log, drainer.state()]).toEqual([["stop", "resume"], "running"]);
});

test("what a drill has closed stays closed, and the drain that follows is not called off", async () => {
  const { clock, add, told, drainer, heard, comes, goes } = set();
  add("pool", { close: () => {}, resume: () => {} });
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  const first = comes(notice("interruption"));
  await clock.advance(1_000);
  goes(first);
  await clock.advance(10_000);
  expect([drainer.state(), told.at(-1)]).toMatchObject(["drained", { cancelled: { resumed: false } }]);
});

test.each([null, "hibernate"] as const)("a drill (%s) changes nothing of a drain in earnest", async (action) => {
  const { clock, add, reports, drainer, heard, comes, goes } = set();
  add("work", { finish: ({ wait }) => wait(6_000), resume: () => {} });
  const first = comes(notice("interruption"));
  await clock.advance(6_000);
  void drainer.drain(heard(notice("drill", action)));
  await clock.advance(1_000);
  goes(first);
  await clock.advance(10);
  expect([drainer.state(), reports.map(({ outcome }) => outcome)]).toEqual(["running", ["cancelled"]]);
});
