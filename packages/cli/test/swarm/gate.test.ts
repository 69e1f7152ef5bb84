import { expect, test } from "vitest";
import { virtualClock } from "@spotkeeper/simulator";
import { createGate } from "../../src/simulate/swarm/workers/gate.ts";
import type { KillOrFreeze } from "../../src/simulate/swarm/dimensions/lives.ts";

function bench(...plan: KillOrFreeze[]) {
  return benchThat(false, plan);
}

function benchThat(sleepsBetween: boolean, plan: KillOrFreeze[] = []) {
  const clock = virtualClock(0);
  const killed: number[] = [];
  const done: string[] = [];
  const gate = createGate({
    clock,
    plan,
    crossings: { count: 0 },
    sleepsBetween,
    onKilled: (pause) => void killed.push(pause),
  });
  const target = gate.guard(
    {
      write: (what: string) => {
        done.push(what);
        return Promise.resolve(what);
      },
      name: () => "target",
    },
    ["write"],
  );
  return { clock, gate, target, killed, done };
}

test("killed before: the call never leaves, and nobody hears of it", async () => {
  const at = bench({ kind: "killed before", crossing: 2, pause: 5 });
  expect(await at.clock.runUntilSettled(at.target.write("first"))).toBe("first");
  let answered = false;
  void at.target.write("second").finally(() => (answered = true));
  await at.clock.runUntil(60_000);
  expect({ done: at.done, killed: at.killed, answered, over: at.gate.isOver() }).toEqual({
    done: ["first"],
    killed: [5_000],
    answered: false,
    over: true,
  });
});

test("killed after: the call took effect, and its answer is lost; later calls and timers are none", async () => {
  const at = bench({ kind: "killed after", crossing: 1, pause: 0 });
  const heard: string[] = [];
  at.gate.clock.setTimer(1_000, () => heard.push("timer"));
  void at.target.write("first").then((what) => heard.push(what));
  await at.clock.runUntil(500);
  void at.target.write("second").then((what) => heard.push(what));
  await at.clock.runUntil(60_000);
  expect({ done: at.done, heard }).toEqual({ done: ["first"], heard: [] });
});

test("frozen: answers and timers come when it thaws", async () => {
  const at = bench({ kind: "frozen", crossing: 1, pause: 40 });
  const heard: [string, number][] = [];
  at.gate.clock.setTimer(1_000, () => heard.push(["timer", at.clock.now()]));
  void at.target.write("first").then((what) => heard.push([what, at.clock.now()]));
  await at.clock.runUntil(39_999);
  expect({ done: at.done, heard }).toEqual({ done: ["first"], heard: [] });
  await at.clock.runUntil(60_000);
  expect(heard.toSorted(([one], [other]) => one.localeCompare(other))).toEqual([
    ["first", 40_000],
    ["timer", 40_000],
  ]);
});

test("what answers at once does not cross", () => {
  const at = bench({ kind: "killed before", crossing: 1, pause: 0 });
  expect(at.target.name()).toBe("target");
  expect(at.killed).toEqual([]);
});

test("a life that sleeps between invocations: timers and answers come in the next one", async () => {
  const at = benchThat(true);
  const heard: [string, number][] = [];
  const note = (what: string): void => void heard.push([what, at.clock.now()]);
  await at.gate.invoke(async () => {
    at.gate.clock.setTimer(1_000, () => note("timer"));
    void at.gate.cross(() => at.clock.sleep(500).then(() => "left behind")).then(note);
  });
  await at.clock.runUntil(30_000);
  expect(heard).toEqual([]);
  await at.clock.runUntilSettled(at.gate.invoke(() => at.gate.clock.sleep(10)));
  expect(heard.toSorted(([one], [other]) => one.localeCompare(other))).toEqual([
    ["left behind", 30_000],
    ["timer", 30_000],
  ]);
});
