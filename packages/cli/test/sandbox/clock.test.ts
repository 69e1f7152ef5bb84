import { expect, test } from "vitest";
import { pacedClock, type Wall } from "../../src/sandbox/clock.ts";

/** A wall that moves when it is told to. */
const standing = (): Wall & { pass(ms: number): void } => {
  let at = 0;
  const waits = new Set<{ at: number; fn: () => void }>();
  return {
    now: () => at,
    after(ms, fn) {
      const wait = { at: at + ms, fn };
      waits.add(wait);
      return () => waits.delete(wait);
    },
    pass(ms) {
      for (const end = at + ms; at < end; at += 1) {
        for (const wait of [...waits]) if (wait.at <= at && waits.delete(wait)) wait.fn();
      }
    },
  };
};

test("runs at its speed, and timers keep their instants when it changes", () => {
  const wall = standing();
  const clock = pacedClock(1_000, 10, wall);
  const fired: number[] = [];
  clock.setTimer(2_000, () => fired.push(clock.now()));
  clock.setTimer(1_500, () => fired.push(clock.now()));
  const cancel = clock.setTimer(1_600, () => fired.push(0));
  cancel();
  wall.pass(51);
  expect(fired).toEqual([1_500]);
  clock.setSpeed(1);
  wall.pass(400);
  expect(fired).toHaveLength(1);
  wall.pass(110);
  expect(fired).toEqual([1_500, expect.closeTo(2_000, -1)]);
  expect(Number.isInteger(clock.now())).toBe(true);
  clock.stop();
  const stood = clock.now();
  wall.pass(100);
  expect(clock.now()).toBe(stood);
});

test("stands still while the machine is held up", () => {
  let at = 0;
  const clock = pacedClock(0, 60, { now: () => at, after: () => () => {} });
  at = 10_000;
  expect(clock.now()).toBe(25 * 60);
});

test("a sleep ends with its signal", async () => {
  const clock = pacedClock(0, 1, standing());
  const gone = new AbortController();
  const slept = clock.sleep(1_000, gone.signal);
  gone.abort(new Error("gone"));
  await expect(slept).rejects.toThrow("gone");
  await expect(clock.sleep(1, gone.signal)).rejects.toThrow("gone");
});
