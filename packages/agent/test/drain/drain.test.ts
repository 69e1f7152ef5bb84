import { expect, test } from "vitest";
import type { DrainContext } from "../../src/drain/phases.ts";
import type { Report } from "../../src/drain/report.ts";
import { settle } from "../support/clock.ts";
import { agentOn } from "./support/agent-on.ts";

const forever = (): Promise<never> => new Promise(() => {});
const untilAborted = ({ signal }: DrainContext): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
const handlers = (report: Report | undefined): object =>
  Object.fromEntries(report?.phases.flatMap((phase) => phase.handlers.map((one) => [one.name, one.outcome])) ?? []);

test("phases run in order; the handlers of one side by side; those without any are left out", async () => {
  const { agent, clock, reports } = agentOn();
  const order: string[] = [];
  const step = (name: string, ms: number) => async () => {
    order.push(`${name} begins`);
    await new Promise<void>((resolve) => void clock.setTimer(clock.now() + ms, resolve));
    order.push(`${name} ends`);
  };
  agent.onDrain("pool", step("close", 1), { phase: "close" });
  agent.onDrain("slow", step("slow", 300));
  agent.onDrain("fast", step("fast", 100));
  agent.onDrain("intake", step("intake", 10), { phase: "stop-intake" });
  void agent.drain();
  await clock.advance(1_000);
  expect(order).toEqual([
    "intake begins",
    "intake ends",
    "slow begins",
    "fast begins",
    "fast ends",
    "slow ends",
    "close begins",
    "close ends",
  ]);
  expect(reports).toMatchObject([
    {
      outcome: "drained",
      ms: 311,
      phases: [{ phase: "stop-intake" }, { phase: "finish", ms: 300 }, { phase: "close" }],
    },
  ]);
});

test("asked twice, it is the same promise", async () => {
  const { agent, clock } = agentOn();
  let runs = 0;
  agent.onDrain("work", () => void (runs += 1));
  const first = agent.drain();
  expect(agent.drain()).toBe(first);
  await clock.advance(0);
  expect(agent.drain({ deadlineIn: 1 })).toBe(first);
  expect((await first).outcome).toBe("drained");
  expect(runs).toBe(1);
});

test("a listener that asks for a drain whenever one begins is told once, and joins it", async () => {
  const { agent, clock, host, reports } = agentOn();
  const told: string[] = [];
  agent.on("notice", ({ kind }) => void told.push(`notice: ${kind}`));
  agent.on("draining", ({ kind }) => {
    told.push(kind);
    void agent.drain();
  });
  void agent.drain({ detail: "by hand" });
  await clock.advance(0);
  expect([told, host.warnings]).toEqual([["request"], []]);
  expect(reports).toMatchObject([{ reason: { detail: "by hand" } }]);
});

test("what throws is named, and keeps nobody from going on", async () => {
  const { agent, clock, reports } = agentOn();
  agent.onDrain("sync", () => {
    throw new Error("no");
  });
  agent.onDrain("async", () => Promise.reject(new Error("neither")));
  agent.onDrain("good", () => {});
  const saved: (readonly string[])[] = [];
  agent.onDrain("state", ({ unfinished }) => void saved.push(unfinished), { phase: "save" });
  void agent.drain();
  await clock.advance(0);
  expect(handlers(reports[0])).toEqual({ sync: "failed", async: "failed", good: "done", state: "done" });
  expect(reports[0]?.outcome).toBe("cut-off");
  expect(reports[0]?.phases[0]?.handlers.map(({ error }) => error).toSorted()).toEqual(["neither", "no", null]);
  expect(saved.map((names) => names.toSorted())).toEqual([["async (finish): neither", "sync (finish): no"]]);
});

test("what hangs is aborted, then left behind, and later phases have their time", async () => {
  const { agent, clock, reports } = agentOn();
  agent.onDrain("hangs", forever);
  agent.onDrain("gives way", untilAborted);
  const left: number[] = [];
  agent.onDrain("state", ({ remaining }) => void left.push(Math.round(remaining())), { phase: "save" });
  void agent.drain({ deadlineIn: 120_000 });
  await clock.advance(120_000);
  expect(handlers(reports[0])).toEqual({ hangs: "left-behind", "gives way": "cut-off", state: "done" });
  expect(reports[0]?.ms).toBe(83_000);
  // 8 s, less the tenth that is for putting things away.
  expect(left).toEqual([7_200]);
});

test("never later than 110 s, however many hang", async () => {
  const { agent, clock, reports, host } = agentOn();
  for (const phase of ["unready", "stop-intake", "finish", "save", "callbacks", "close", "exit"] as const) {
    agent.onDrain(`hangs in ${phase}`, forever, { phase, budget: 200_000 });
  }
  void agent.drain();
  await clock.advance(109_000);
  expect(host.exits).toEqual([]);
  await clock.advance(1_000);
  expect(reports[0]?.ms).toBeCloseTo(110_000, 0);
  expect(host.exits).toEqual([0]);
});

test("a handler's own budget cuts it off, and is what the phase is shared out by", async () => {
  const { agent, clock, reports } = agentOn();
  agent.onDrain("short", untilAborted, { budget: 10_000 });
  void agent.drain();
  await clock.advance(9_000);
  expect(reports[0]).toMatchObject({ ms: 9_000, phases: [{ budget: 10_000, handlers: [{ outcome: "cut-off" }] }] });
});

test("a handler's own budget cuts off itself, not those beside it", async () => {
  const { agent, clock, reports } = agentOn();
  agent.onDrain("short", untilAborted, { budget: 10_000 });
  agent.onDrain("long", () => new Promise<void>((resolve) => void clock.setTimer(clock.now() + 20_000, resolve)));
  void agent.drain();
  await clock.advance(30_000);
  expect(reports[0]?.phases[0]?.handlers).toMatchObject([
    { name: "short", outcome: "cut-off", ms: 9_000 },
    { name: "long", outcome: "done", ms: 20_000 },
  ]);
});

test("unready lasts where somebody asks for the health, and the process is still served meanwhile", async () => {
  const { agent, clock, reports } = agentOn();
  expect(agent.ready()).toBe(true);
  agent.onDrain("work", () => {});
  void agent.drain();
  await clock.advance(11_999);
  expect([agent.ready(), agent.status().state, reports.length]).toEqual([false, "draining", 0]);
  expect(
    agent
      .status()
      .phases.map(({ phase, state }) => `${phase} ${state}`)
      .slice(0, 3),
  ).toEqual(["unready running", "stop-intake waiting", "finish waiting"]);
  await clock.advance(1);
  expect(reports[0]?.phases[0]).toMatchObject({ phase: "unready", ms: 12_000 });
  expect(agent.status()).toMatchObject({ state: "drained" });
  expect(agent.status().phases.every(({ state }) => state === "done" || state === "skipped")).toBe(true);
});

test("SIGTERM on top of a notice leaves less time, in the phase that runs too", async () => {
  const { agent, clock, reports, host } = agentOn({ stopTimeout: 30_000 });
  await agent.start();
  agent.onDrain("work", forever);
  agent.onDrain("state", () => {}, { phase: "save" });
  void agent.drain({ deadlineIn: 120_000 });
  await clock.advance(10_000);
  host.happen("SIGTERM", "SIGTERM");
  await clock.advance(27_999);
  expect(reports).toHaveLength(1);
  expect(reports[0]?.ms).toBeLessThanOrEqual(38_000);
  expect(handlers(reports[0])).toEqual({ work: "left-behind", state: "done" });
  await agent.stop();
  expect(host.listeners("SIGTERM")).toBe(0);
});

test("SIGTERM without a notice: the stop time-out less 2 s is all there is", async () => {
  const { agent, clock, reports, host } = agentOn({ stopTimeout: 30_000 });
  await agent.start();
  const warned = host.warnings.length;
  agent.onDrain("hangs", forever);
  agent.onDrain("state", forever, { phase: "save" });
  host.happen("SIGTERM", "SIGTERM");
  await clock.advance(28_000);
  expect(reports[0]).toMatchObject({ reason: { kind: "signal", detail: "SIGTERM" } });
  expect(reports[0]?.ms).toBeCloseTo(28_000, 0);
  expect([warned, host.exits]).toEqual([0, [0]]);
  await agent.stop();
});

test("a stop time-out of a second or two is halved, not used up", async () => {
  const { agent, clock, reports, host } = agentOn({ stopTimeout: 2_000 });
  await agent.start();
  agent.onDrain("hangs", forever);
  host.happen("SIGTERM", "SIGTERM");
  await clock.advance(2_000);
  expect(reports[0]?.ms).toBeCloseTo(1_000, 0);
  await agent.stop();
});

test("an uncaught error while draining does not skip the rest, and ends the process with 1", async () => {
  const { agent, clock, reports, host } = agentOn();
  let saved = false;
  agent.onDrain("work", async ({ signal }) => {
    host.happen("uncaughtException", new Error("a stray callback"));
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  agent.onDrain("state", () => void (saved = true), { phase: "save" });
  expect(host.listeners("uncaughtException")).toBe(0);
  void agent.drain();
  await clock.advance(110_000);
  expect(saved).toBe(true);
  expect(reports[0]).toMatchObject({ outcome: "cut-off", uncaught: ["a stray callback"] });
  expect(host.exits).toEqual([1]);
  expect(host.listeners("uncaughtException")).toBe(0);
});

test("exit: false leaves the end to the application", async () => {
  const { agent, clock, host, reports } = agentOn({ exit: false });
  void agent.drain();
  await clock.advance(0);
  expect([reports.length, host.exits]).toEqual([1, []]);
});

test("a listener that throws stops nothing", async () => {
  const { agent, clock, host, reports } = agentOn();
  agent.on("draining", () => {
    throw new Error("listener");
  });
  void agent.drain();
  await clock.advance(0);
  expect(reports).toHaveLength(1);
  expect(host.warnings).toMatchObject([{ message: "listener" }]);
});

test("what was not done is a warning where nobody listens", async () => {
  const { agent, clock, host } = agentOn();
  agent.onDrain("hangs", forever, { budget: 10_000 });
  agent.onDrain("state", () => Promise.reject(new Error("EACCES")), { phase: "save" });
  void agent.drain();
  await clock.advance(110_000);
  expect(host.warnings).toMatchObject([
    { code: "SK-AGENT-DRAIN", message: "Not done: hangs (finish): left-behind; state (save): EACCES." },
  ]);
});

test("the margin is that of the nearest deadline, whoever told of it", async () => {
  const { agent, clock, reports } = agentOn();
  agent.onDrain("work", () => new Promise<void>((resolve) => void clock.setTimer(clock.now() + 20_000, resolve)));
  void agent.drain({ deadlineIn: 120_000 });
  await clock.advance(10_000);
  void agent.drain({ deadlineIn: 40_000 });
  await clock.advance(20_000);
  expect(reports).toMatchObject([{ ms: 20_000, margin: 30_000, reason: { deadline: "2026-01-31T12:02:00.000Z" } }]);
});

test("a drain that is over leaves no timer behind", async () => {
  const { agent, clock } = agentOn();
  agent.onDrain("hangs", forever, { budget: 100 });
  agent.ready();
  void agent.drain();
  await clock.advance(13_000);
  await settle();
  expect(clock.pending()).toBe(0);
});

test("what is left behind adds nothing to a report that is out", async () => {
  const { agent, clock, reports } = agentOn();
  agent.onDrain(
    "hangs",
    ({ note }) => {
      note("begun");
      return new Promise<void>((resolve) => {
        clock.setTimer(clock.now() + 20_000, () => {
          note("too late");
          resolve();
        });
      });
    },
    { budget: 10_000 },
  );
  void agent.drain();
  await clock.advance(30_000);
  expect(reports[0]?.phases[0]?.handlers).toMatchObject([{ outcome: "left-behind", notes: ["begun"] }]);
});
