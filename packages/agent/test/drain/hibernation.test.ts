import { expect, test } from "vitest";
import { agentOn } from "./support/agent-on.ts";
import { notice, set } from "./support/set.ts";

test("hibernation: two seconds for unready, save and callbacks; awake again, all goes on", async () => {
  const { clock, add, reports, comes, goes, state } = set();
  const ran: string[] = [];
  for (const phase of ["unready", "stop-intake", "finish", "save", "callbacks", "close", "exit"] as const) {
    add(phase, {
      [phase]: ({ remaining }: { remaining(): number }) => void ran.push(`${phase} ${remaining() <= 2_000}`),
    });
  }
  const first = comes(notice("interruption", "hibernate"), 0);
  await clock.advance(2_000);
  expect(ran).toEqual(["unready true", "save true", "callbacks true"]);
  expect(state()).toBe("asleep");
  expect(reports[0]?.ms).toBeLessThanOrEqual(2_000);

  goes(first);
  await clock.advance(0);
  expect(state()).toBe("running");

  ran.splice(0);
  comes(notice("interruption"));
  await clock.advance(110_000);
  expect([ran.length, state()]).toEqual([7, "drained"]);
});

test.each([[0], [5_000]])("a stop after hibernation began has the whole way to go (%d ms later)", async (later) => {
  const { clock, add, reports, comes, state } = set();
  let finished = 0;
  add("work", () => void (finished += 1));
  comes(notice("interruption", "hibernate"), 0);
  await clock.advance(later);
  comes(notice("signal", null), Infinity);
  await clock.advance(28_000);
  expect([finished, state(), reports.length]).toEqual([1, "drained", 2]);
});

test("two that ask while hibernation begins have the same promise, and the drain that follows is one", async () => {
  const { clock, add, reports, heard, comes, drain } = set();
  let closed = 0;
  add("pool", { close: () => void (closed += 1) });
  add("state", { save: ({ wait }) => wait(Infinity) });
  comes(notice("interruption", "hibernate"), 0);
  await clock.advance(100);
  const first = drain(heard(notice("request", null), Infinity));
  expect(drain(heard(notice("request", null), 60_000))).toBe(first);
  await clock.advance(50_000);
  expect([closed, reports.length, (await first).reason.kind]).toEqual([1, 2, "request"]);
});

test("hibernation gives way to a stop that follows on it, and all goes on when that is gone too", async () => {
  const { clock, add, reports, heard, goes, take, state } = set();
  add("state", { save: ({ wait }) => wait(1_000), resume: () => {} });
  const [first, second] = [heard(notice("interruption", "hibernate"), 0), heard(notice("interruption", "stop"))];
  take([first, null]);
  await clock.advance(300);
  take([second, first]);
  await clock.advance(300);
  goes(second);
  await clock.advance(120_000);
  expect([state(), reports.map(({ outcome }) => outcome)]).toEqual(["running", ["cancelled", "cancelled"]]);
});

test("from hibernation that was asked for the process is awake a minute later, and so is its health", async () => {
  const { agent, clock, reports } = agentOn();
  agent.ready();
  let runs = 0;
  agent.onDrain("state", () => void (runs += 1), { phase: "save" });
  const woken: boolean[] = [];
  agent.on("cancelled", ({ resumed }) => void woken.push(resumed));
  for (const times of [1, 2]) {
    void agent.drain({ action: "hibernate" });
    await clock.advance(2_000);
    expect([agent.status().state, agent.ready()]).toEqual(["asleep", false]);
    await clock.advance(60_000);
    expect([agent.status().state, agent.ready(), runs, reports.length]).toEqual(["running", true, times, times]);
  }
  expect(woken).toEqual([true, true]);
});

test("an earlier asking does not wake what was asked to sleep later", async () => {
  const { agent, clock, reports } = agentOn();
  agent.onDrain("state", ({ wait }) => wait(Infinity), { phase: "save" });
  void agent.drain({ action: "hibernate" });
  await clock.advance(59_000);
  void agent.drain({ action: "hibernate" });
  await clock.advance(2_000);
  expect([agent.status().state, reports.map(({ outcome }) => outcome)]).toEqual(["asleep", ["cut-off", "cut-off"]]);
});
