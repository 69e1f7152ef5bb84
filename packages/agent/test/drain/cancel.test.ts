import { expect, test } from "vitest";
import { createDrainer } from "../../src/drain/drainer.ts";
import type { Drainable, DrainHandler } from "../../src/drain/phases.ts";
import { createPlan } from "../../src/drain/plan.ts";
import { createRegistry } from "../../src/drain/registry.ts";
import type { Report } from "../../src/drain/report.ts";
import type { Emitter } from "../../src/events.ts";
import { createNotices } from "../../src/notices.ts";
import type { Heard, Notice } from "../../src/notice.ts";
import { fakeHost } from "../support/host.ts";

const notice = (kind: Notice["kind"], action: Notice["action"] = "terminate"): Notice => ({
  kind,
  action,
  deadline: null,
  noticedAt: "2026-01-31T12:00:00.000Z",
  detail: null,
});

function set() {
  const host = fakeHost();
  const { clock } = host;
  const registry = createRegistry({}, () => true);
  const reports: Report[] = [];
  const told: object[] = [];
  let listener = (): void => {};
  const emit: Emitter["emit"] = (event, value) => {
    if (event === "drained") {
      reports.push(value as Report);
      listener();
    }
    if (event === "notice" || event === "cancelled") told.push({ [event]: value });
  };
  const drainer = createDrainer(host, registry, createPlan(clock, 10_000, 30_000), emit, false);
  const notices = createNotices(clock, ["interruption", "rebalance", "scheduled-event"], drainer, emit);
  const heard = (one: Notice, left = 120_000): Heard => ({ notice: one, deadline: clock.now() + left });
  const add = (name: string, drain: DrainHandler | Drainable): void => void registry.add(name, drain);
  const listen = (to: () => void): void => void (listener = to);
  return { clock, add, reports, told, drainer, notices, heard, emit, listen };
}

test("a notice that goes while the process is only unready: all goes on as before", async () => {
  const { clock, add, reports, told, drainer, notices, heard } = set();
  let finished = false;
  add("work", () => void (finished = true));
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(3_000);
  expect(drainer.state()).toBe("draining");
  notices.take([null, first]);
  await clock.advance(10);
  expect(drainer.state()).toBe("running");
  expect(finished).toBe(false);
  expect(reports).toMatchObject([{ outcome: "cancelled" }]);
  expect(told.at(-1)).toEqual({ cancelled: { notice: first.notice, resumed: true } });
  expect(clock.pending()).toBe(0);

  notices.take([heard(notice("interruption")), null]);
  await clock.advance(6_000);
  expect([finished, drainer.state(), reports.length]).toEqual([true, "drained", 2]);
});

test("what can be taken up again is, with its intake stopped", async () => {
  const { clock, add, reports, drainer, notices, heard } = set();
  const log: string[] = [];
  add("server", {
    "stop-intake": () => void log.push("stopped"),
    finish: ({ signal }) =>
      new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
      }),
    resume: () => void log.push("resumed"),
  });
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(20_000);
  notices.take([null, first]);
  await clock.advance(10);
  expect([log, drainer.state(), reports[0]?.outcome]).toEqual([["stopped", "resumed"], "running", "cancelled"]);
});

test.each([
  ["a consumer that has no way back", {}],
  ["one that cannot be taken up again after all", { resume: () => Promise.reject(new Error("gone")) }],
])("%s: the drain goes on, and that is told", async (_, more) => {
  const { clock, add, reports, told, drainer, notices, heard } = set();
  add("consumer", { "stop-intake": () => {}, finish: () => new Promise(() => {}), ...more });
  let closed = false;
  add("pool", { close: () => void (closed = true) });
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(20_000);
  notices.take([null, first]);
  await clock.advance(110_000);
  expect([closed, drainer.state(), reports.length]).toEqual([true, "drained", 1]);
  expect(told.at(-1)).toMatchObject({ cancelled: { resumed: false } });
});

test("hibernation: two seconds for unready, save and callbacks; awake again, all goes on", async () => {
  const { clock, add, reports, drainer, notices, heard } = set();
  const ran: string[] = [];
  for (const phase of ["unready", "stop-intake", "finish", "save", "callbacks", "close", "exit"] as const) {
    add(phase, {
      [phase]: ({ remaining }: { remaining(): number }) => void ran.push(`${phase} ${remaining() <= 2_000}`),
    });
  }
  const first = heard(notice("interruption", "hibernate"), 0);
  notices.take([first, null]);
  await clock.advance(2_000);
  expect(ran).toEqual(["unready true", "save true", "callbacks true"]);
  expect(drainer.state()).toBe("asleep");
  expect(reports[0]?.ms).toBeLessThanOrEqual(2_000);

  notices.take([null, first]);
  await clock.advance(0);
  expect(drainer.state()).toBe("running");

  ran.splice(0);
  notices.take([heard(notice("interruption")), null]);
  await clock.advance(110_000);
  expect([ran.length, drainer.state()]).toEqual([7, "drained"]);
});

test.each([[0], [5_000]])("a stop after hibernation began has the whole way to go (%d ms later)", async (later) => {
  const { clock, add, reports, drainer, notices, heard } = set();
  let finished = 0;
  add("work", () => void (finished += 1));
  notices.take([heard(notice("interruption", "hibernate"), 0), null]);
  await clock.advance(later);
  notices.take([heard(notice("signal", null), Infinity), null]);
  await clock.advance(28_000);
  expect([finished, drainer.state(), reports.length]).toEqual([1, "drained", 2]);
});

test("a scheduled event is told at once, and drained for two minutes before it begins", async () => {
  const { clock, told, drainer, notices, heard } = set();
  notices.take([heard(notice("scheduled-event"), 3 * 86_400_000), null]);
  await clock.advance(3 * 86_400_000 - 120_001);
  expect([told.length, drainer.state()]).toEqual([1, "running"]);
  await clock.advance(1);
  expect(drainer.state()).toBe("draining");
});

test("one that is called off before is not drained for", async () => {
  const { clock, told, drainer, notices, heard } = set();
  const event = heard(notice("scheduled-event"), 86_400_000);
  notices.take([event, null]);
  await clock.advance(1_000);
  notices.take([null, event]);
  await clock.advance(2 * 86_400_000);
  expect([told.length, drainer.state(), clock.pending()]).toEqual([2, "running", 0]);
});

test("a recommendation is told, and drains nothing unless that is asked for", async () => {
  const { clock, told, drainer, emit, heard } = set();
  const notices = createNotices(clock, ["interruption"], drainer, emit);
  notices.take([heard(notice("rebalance", null), Infinity), null]);
  await clock.advance(1_000);
  expect([told.length, drainer.state(), notices.current()?.kind]).toEqual([1, "running", "rebalance"]);
  expect(notices.presses()).toBe(false);
  notices.take([heard(notice("interruption")), null]);
  expect([notices.current()?.kind, notices.presses()]).toEqual(["interruption", true]);
});

test("work that goes on since the notice was called off can tell that from having no time left", async () => {
  const { clock, add, notices, heard } = set();
  const ends: boolean[] = [];
  add("jobs", {
    finish: async (context) => {
      await context.wait(Infinity);
      ends.push(context.calledOff);
    },
    resume: () => {},
  });
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(20_000);
  notices.take([null, first]);
  await clock.advance(10);
  notices.take([heard(notice("interruption")), null]);
  await clock.advance(110_000);
  expect(ends).toEqual([true, false]);
});

test.each([
  ["from the beginning", "terminate", 20_000],
  ["out of hibernation", "hibernate", 5_000],
] as const)("a notice that comes while all is being taken up again is drained for (%s)", async (_, action, after) => {
  const { clock, add, reports, drainer, notices, heard } = set();
  add("work", {
    unready: () => {},
    finish: ({ wait }) => wait(Infinity),
    resume: () => new Promise<void>((resolve) => void clock.setTimer(clock.now() + 4_000, resolve)),
  });
  const first = heard(notice("interruption", action), action === "hibernate" ? 0 : 120_000);
  notices.take([first, null]);
  await clock.advance(after);
  notices.take([null, first]);
  await clock.advance(1_000);
  notices.take([heard(notice("signal", null), Infinity), null]);
  // Its own time counts from when it was heard.
  await clock.advance(28_000);
  expect(drainer.state()).toBe("drained");
  expect(reports.at(-1)).toMatchObject({ outcome: "cut-off", reason: { kind: "signal" } });
});

test("where one cannot be taken up again, those that were are stopped anew, and nothing in flight is cut off", async () => {
  const { clock, add, reports, told, drainer, notices, heard } = set();
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
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(20_000);
  notices.take([null, first]);
  await clock.advance(20_000);
  finish();
  await clock.advance(80_000);
  expect(log).toEqual(["stop", "aborted", "resume", "stop", "finished"]);
  expect([drainer.state(), reports[0]?.outcome]).toEqual(["drained", "drained"]);
  expect(told.at(-1)).toMatchObject({ cancelled: { resumed: false } });
});

test("a notice whose action changes, and that goes then, is called off all the same", async () => {
  const { clock, add, drainer, notices, heard } = set();
  add("work", { finish: ({ wait }) => wait(Infinity), resume: () => {} });
  const first = heard(notice("interruption"));
  const second = heard(notice("interruption", "stop"));
  notices.take([first, null]);
  await clock.advance(10_000);
  notices.take([second, first]);
  await clock.advance(1_000);
  notices.take([null, second]);
  await clock.advance(10);
  expect(drainer.state()).toBe("running");
});

test("of two notices that drain, the drain is called off with the last, whichever it began with", async () => {
  const { clock, add, drainer, notices, heard } = set();
  add("work", { finish: ({ wait }) => wait(Infinity), resume: () => {} });
  const first = heard(notice("rebalance", null), Infinity);
  const second = heard(notice("interruption"));
  notices.take([first, null]);
  notices.take([second, null]);
  await clock.advance(10_000);
  notices.take([null, first]);
  await clock.advance(10);
  expect(drainer.state()).toBe("draining");
  notices.take([null, second]);
  await clock.advance(10);
  expect(drainer.state()).toBe("running");
});

test("what somebody asked for goes on though the notice that it joined is gone", async () => {
  const { clock, add, reports, told, drainer, notices, heard } = set();
  add("work", { finish: ({ wait }) => wait(Infinity), resume: () => {} });
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(10_000);
  const asked = drainer.drain(heard(notice("request", null), Infinity));
  notices.take([null, first]);
  await clock.advance(110_000);
  expect([drainer.state(), reports.length]).toEqual(["drained", 1]);
  expect((await asked).outcome).toBe("cut-off");
  expect(told.at(-1)).toMatchObject({ cancelled: { resumed: false } });
});

test("two that ask while hibernation begins have the same promise, and the drain that follows is one", async () => {
  const { clock, add, reports, drainer, notices, heard } = set();
  let closed = 0;
  add("pool", { close: () => void (closed += 1) });
  add("state", { save: ({ wait }) => wait(Infinity) });
  notices.take([heard(notice("interruption", "hibernate"), 0), null]);
  await clock.advance(100);
  const first = drainer.drain(heard(notice("request", null), Infinity));
  expect(drainer.drain(heard(notice("request", null), 60_000))).toBe(first);
  await clock.advance(50_000);
  expect([closed, reports.length, (await first).reason.kind]).toEqual([1, 2, "request"]);
});

test("after a drill a notice in earnest is drained for", async () => {
  const { clock, add, reports, drainer, notices, heard } = set();
  let runs = 0;
  add("work", () => void (runs += 1));
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(10_000);
  expect([runs, drainer.state()]).toEqual([1, "drained"]);
  notices.take([heard(notice("interruption")), null]);
  await clock.advance(10_000);
  expect([runs, reports.at(-1)?.reason.kind]).toEqual([2, "interruption"]);
});

test("a drill gives way to a notice in earnest", async () => {
  const { clock, add, reports, drainer, notices, heard } = set();
  const reasons: string[] = [];
  add("work", async ({ reason, wait }) => {
    reasons.push(reason.kind);
    await wait(30_000);
  });
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(10_000);
  notices.take([heard(notice("interruption")), null]);
  await clock.advance(50_000);
  expect(reasons).toEqual(["drill", "interruption"]);
  expect(reports.map(({ outcome }) => outcome)).toEqual(["cancelled", "drained"]);
  expect(reports[1]?.ms).toBe(35_000);
});

test("one that comes and goes while an earlier one is called off changes nothing", async () => {
  const { clock, add, reports, told, drainer, notices, heard } = set();
  const log: string[] = [];
  add("work", {
    "stop-intake": () => void log.push("stop"),
    finish: ({ wait }) => wait(Infinity),
    resume: async () => {
      await new Promise<void>((resolve) => void clock.setTimer(clock.now() + 1_000, resolve));
      log.push("resumed");
    },
  });
  const [first, second] = [heard(notice("interruption")), heard(notice("rebalance", null), Infinity)];
  notices.take([first, null]);
  await clock.advance(20_000);
  notices.take([null, first]);
  await clock.advance(500);
  notices.take([second, null]);
  await clock.advance(100);
  notices.take([null, second]);
  await clock.advance(120_000);
  expect([log, drainer.state(), reports.length]).toEqual([["stop", "resumed"], "running", 1]);
  expect(told.slice(-2)).toMatchObject([{ cancelled: { resumed: true } }, { cancelled: { resumed: true } }]);
});

test("a stop that followed on hibernation, and is gone before it is drained for, is not drained for", async () => {
  const { clock, add, reports, drainer, notices, heard } = set();
  add("state", { save: ({ wait }) => wait(1_000), resume: () => {} });
  const [first, second] = [heard(notice("interruption", "hibernate"), 0), heard(notice("interruption", "stop"))];
  notices.take([first, null]);
  await clock.advance(300);
  notices.take([second, first]);
  await clock.advance(300);
  notices.take([null, second]);
  await clock.advance(120_000);
  expect([drainer.state(), reports.map(({ outcome }) => outcome)]).toEqual(["running", ["cancelled"]]);
});

test("of those that wait for a drain to give way the gravest counts, and who asks is served", async () => {
  const { clock, add, reports, drainer, notices, heard } = set();
  let finished = 0;
  add("work", {
    finish: async ({ wait }) => {
      await wait(3_000);
      finished += 1;
    },
    resume: () => new Promise<void>((resolve) => void clock.setTimer(clock.now() + 3_000, resolve)),
  });
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(6_000);
  notices.take([null, first]);
  await clock.advance(1_000);
  const second = heard(notice("rebalance", "hibernate"), 0);
  notices.take([second, null]);
  const third = heard(notice("interruption"), 60_000);
  notices.take([third, null]);
  const asked = drainer.drain(heard(notice("request", null), Infinity));
  await clock.advance(3_000);
  notices.take([null, second]);
  notices.take([null, third]);
  await clock.advance(50_000);
  expect((await asked).outcome).toBe("drained");
  expect([finished, drainer.state(), reports.at(-1)?.reason.kind]).toEqual([2, "drained", "interruption"]);
  expect(reports.at(-1)?.margin).toBeLessThan(60_000);
});

test("an event that is far off does not keep a notice from being called off, nor hides it", async () => {
  const { clock, add, drainer, notices, heard } = set();
  add("work", { finish: ({ wait }) => wait(Infinity), resume: () => {} });
  notices.take([heard(notice("scheduled-event"), 7 * 86_400_000), null]);
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  expect(notices.current()?.kind).toBe("interruption");
  await clock.advance(10_000);
  notices.take([null, first]);
  await clock.advance(10);
  expect([drainer.state(), notices.current()?.kind]).toEqual(["running", "scheduled-event"]);
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
  const { clock, add, drainer, heard, reports, listen } = set();
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
  const { clock, add, reports, drainer, notices, heard } = set();
  const log: string[] = [];
  add("work", {
    "stop-intake": () => void log.push("stop"),
    finish: async ({ wait }) => {
      await wait(5_000);
      // It lets go of what it has in hand.
      await new Promise<void>((resolve) => void clock.setTimer(clock.now() + 1_000, resolve));
    },
    resume: () => void log.push("resume"),
  });
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(300);
  notices.take([null, first]);
  await clock.advance(30_000);
  expect([log, drainer.state(), reports.map(({ reason }) => reason.kind)]).toEqual([
    ["stop", "stop"],
    "drained",
    ["drill"],
  ]);
});

test("what a drill had stopped is taken up again when the notice it gave way to is gone", async () => {
  const { clock, add, drainer, notices, heard } = set();
  const log: string[] = [];
  add("consumer", {
    "stop-intake": () => void log.push("stop"),
    finish: ({ wait }) => wait(Infinity),
    resume: () => void log.push("resume"),
  });
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(1_000);
  // The drain for it has only begun to be unready.
  notices.take([null, first]);
  await clock.advance(10);
  expect([log, drainer.state()]).toEqual([["stop", "resume"], "running"]);
});

test("what a drill has closed stays closed, and the drain that follows is not called off", async () => {
  const { clock, add, told, drainer, notices, heard } = set();
  add("pool", { close: () => {}, resume: () => {} });
  void drainer.drain(heard(notice("drill", null)));
  await clock.advance(7_000);
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(1_000);
  notices.take([null, first]);
  await clock.advance(10_000);
  expect([drainer.state(), told.at(-1)]).toMatchObject(["drained", { cancelled: { resumed: false } }]);
});

test.each([null, "hibernate"] as const)("a drill (%s) changes nothing of a drain in earnest", async (action) => {
  const { clock, add, reports, drainer, notices, heard } = set();
  add("work", { finish: ({ wait }) => wait(6_000), resume: () => {} });
  const first = heard(notice("interruption"));
  notices.take([first, null]);
  await clock.advance(6_000);
  void drainer.drain(heard(notice("drill", action)));
  await clock.advance(1_000);
  notices.take([null, first]);
  await clock.advance(10);
  expect([drainer.state(), reports.map(({ outcome }) => outcome)]).toEqual(["running", ["cancelled"]]);
});
