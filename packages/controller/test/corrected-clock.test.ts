import { virtualClock } from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { correctClock } from "../src/corrected-clock.ts";

const T0 = Date.UTC(2026, 10, 30, 12);

function bench(): {
  readonly machine: ReturnType<typeof virtualClock>;
  readonly clock: ReturnType<typeof correctClock>;
  readonly changes: number[];
  /** An answer that took `took` and said the hour of a machine that is `ahead`. */
  answer(ahead: number, took?: number): Promise<void>;
} {
  const machine = virtualClock(T0);
  const changes: number[] = [];
  const clock = correctClock(machine, (ahead) => changes.push(ahead));
  return {
    machine,
    clock,
    changes,
    async answer(ahead, took = 50) {
      const hear = clock.asked();
      await machine.runUntil(machine.now() + took);
      hear(Math.floor((machine.now() - ahead) / 1_000) * 1_000);
    },
  };
}

/** What whole seconds leave open. */
const distance = (value: number, wanted: number): number => Math.max(0, Math.abs(value - wanted) - 1_000);

test("nothing is corrected where nothing was heard, nor by a difference that answers blur", async () => {
  const { clock, machine, answer, changes } = bench();
  expect(clock.now()).toBe(machine.now());
  for (const ahead of [0, 900, -900, 3_000]) await answer(ahead);
  expect(clock.ahead()).toBe(0);
  expect(changes).toEqual([]);
});

test.each([330_000, -330_000, 6 * 3_600_000])("the first answer counts at once: %i ms", async (ahead) => {
  const { clock, machine, answer } = bench();
  await answer(ahead);
  expect(distance(clock.ahead(), ahead)).toBe(0);
  expect(distance(clock.now(), machine.now() - ahead)).toBe(0);
});

test("a later answer that differs counts when the next one says the same", async () => {
  const { clock, answer, changes } = bench();
  await answer(0);
  await answer(3_600_000);
  expect(clock.ahead()).toBe(0);
  await answer(0);
  await answer(3_600_000);
  expect(clock.ahead()).toBe(0);
  await answer(3_600_000);
  expect(distance(clock.ahead(), 3_600_000)).toBe(0);
  await answer(0);
  await answer(0);
  expect(clock.ahead()).toBe(0);
  expect(changes).toHaveLength(2);
});

test("an answer that took long says little: a long poll, a machine that stood still", async () => {
  const { clock, answer } = bench();
  await answer(0);
  const hear = clock.asked();
  hear(null);
  await answer(19_000, 20_000);
  await answer(19_000, 20_000);
  expect(clock.ahead()).toBe(0);
});

test("timers run by what is said now, and sleep as long as was asked", async () => {
  const { clock, machine, answer } = bench();
  await answer(330_000);
  const began = machine.now();
  let firedAt = 0;
  clock.setTimer(clock.now() + 10_000, () => (firedAt = machine.now()));
  await machine.runUntil(began + 20_000);
  expect(firedAt - began).toBe(10_000);
});

test("before an answer a stamp of SQS says that it is that late at least; after one it says nothing", async () => {
  const { clock, machine, answer } = bench();
  clock.stamped(machine.now() - 600_000);
  clock.stamped(machine.now() + 2_000);
  expect(clock.ahead()).toBe(0);
  clock.stamped(machine.now() + 90_000);
  expect(clock.ahead()).toBe(-90_000);
  await answer(0);
  expect(clock.ahead()).toBe(0);
  clock.stamped(machine.now() + 90_000);
  expect(clock.ahead()).toBe(0);
});

/** A machine whose hour somebody can set: what runs evenly, and timers, stay as they are. */
function settable(): ReturnType<typeof bench> & { readonly setBy: (jump: number) => void } {
  const even = virtualClock(T0);
  let set = 0;
  const machine = { ...even, now: () => even.now() + set, steady: even.now };
  const changes: number[] = [];
  const clock = correctClock(machine, (ahead) => changes.push(ahead));
  return {
    machine,
    clock,
    changes,
    setBy: (jump) => void (set += jump),
    async answer(ahead, took = 50) {
      const hear = clock.asked();
      await even.runUntil(even.now() + took);
      hear(Math.floor((machine.now() - ahead) / 1_000) * 1_000);
    },
  };
}

test.each([330_000, -330_000])("a clock that was %i ms ahead is right at once when somebody sets it", async (ahead) => {
  const { clock, answer, setBy, changes } = settable();
  await answer(ahead);
  const before = clock.now();
  setBy(-ahead);
  expect(distance(clock.now(), before)).toBe(0);
  expect(clock.ahead()).toBe(0);
  expect(changes).toHaveLength(2);
});

test("after somebody has set the clock wrong time goes on as before, and the first answer counts at once", async () => {
  const { clock, machine, answer, setBy } = settable();
  await answer(0);
  const before = clock.now();
  setBy(330_000);
  expect([clock.now() - before, clock.ahead()]).toEqual([0, 0]);
  await answer(330_000);
  expect(distance(clock.now(), machine.now() - 330_000)).toBe(0);
});

test("an answer after a machine stood still, and its hour went on, says that it is right", async () => {
  const { clock, machine, answer, setBy, changes } = settable();
  await answer(0);
  setBy(3_600_000);
  await answer(0);
  expect(clock.now()).toBe(machine.now());
  expect(changes).toEqual([]);
});

test("an answer to what was asked before somebody set the clock says nothing", async () => {
  const { clock, machine, answer, setBy } = settable();
  await answer(330_000);
  const hear = clock.asked();
  setBy(-330_000);
  hear(machine.now());
  expect(clock.ahead()).toBe(0);
});
