import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

import { realClock } from "../../src/clock.ts";
import { virtualClock } from "../../src/virtual-clock.ts";

test("timers fire in the order of their instants, then of their setting", async () => {
  const clock = virtualClock(1000);
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name}@${clock.now()}`);
  clock.setTimer(3000, note("c"));
  clock.setTimer(2000, note("a"));
  clock.setTimer(2000, note("b"));
  const cancel = clock.setTimer(2500, note("never"));
  clock.setTimer(2000, cancel);
  clock.setTimer(500, note("past"));
  await clock.runUntil(2999);
  expect(fired).toEqual(["past@1000", "a@2000", "b@2000"]);
  expect(clock.now()).toBe(2999);
  await clock.runUntil(3000);
  expect(fired.at(-1)).toBe("c@3000");
});

test("a timer that another one of the same instant cancels does not fire", async () => {
  const clock = virtualClock(0);
  let fired = false;
  let cancel = (): void => undefined;
  clock.setTimer(10, () => cancel());
  cancel = clock.setTimer(10, () => {
    fired = true;
  });
  await clock.runUntil(20);
  expect(fired).toBe(false);
  expect(clock.pending()).toBe(0);
});

test("ten thousand timers, half of them cancelled, keep their order", async () => {
  const clock = virtualClock(0);
  const fired: number[] = [];
  const expected: number[] = [];
  for (let index = 0; index < 10_000; index++) {
    const at = (index * 7919) % 10_007;
    const cancel = clock.setTimer(at, () => fired.push(at));
    if (index % 2 === 0) cancel();
    else expected.push(at);
  }
  expect(clock.pending()).toBe(5000);
  await clock.runUntil(20_000);
  expect(fired).toEqual(expected.sort((a, b) => a - b));
});

test("timers that are set for one instant again and again are an error, not a program that never ends", async () => {
  const clock = virtualClock(0, { quietTurns: 0 });
  const again = (): void => void clock.setTimer(clock.now(), again);
  clock.setTimer(10, again);
  await expect(clock.runUntil(20)).rejects.toThrow("time stands still");
});

test("where all that leaves the queues of promises holds the clock, time waits for that, and for nothing else", async () => {
  const clock = virtualClock(0, { quietTurns: 0 });
  const seen: string[] = [];
  const note = (what: string): void => void seen.push(`${what}@${clock.now()}`);
  const later = async (what: string): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    note(what);
  };
  clock.setTimer(10, () => {
    const release = clock.hold();
    void later("held").then(release);
  });
  clock.setTimer(20, () => void later("not held"));
  clock.setTimer(30, () => note("timer"));
  await clock.runUntil(30);
  expect(seen).toEqual(["held@10", "timer@30"]);
});

test("time waits for what the program still has to do at an instant", async () => {
  const clock = virtualClock(0);
  const path = await mkdtemp(join(tmpdir(), "clock-"));
  await writeFile(join(path, "file"), "content");
  const seen: number[] = [];
  clock.setTimer(1_000_000, () => undefined);
  await clock.runUntilSettled(
    (async () => {
      for (let step = 0; step < 3; step++) {
        await new Promise((resolve) => setImmediate(resolve));
        await readFile(join(path, "file"));
        seen.push(clock.now());
      }
      await clock.sleep(5);
      seen.push(clock.now());
    })(),
  );
  await rm(path, { recursive: true });
  expect(seen).toEqual([0, 0, 0, 5]);
});

test("a hold stops time until it is let go", async () => {
  const clock = virtualClock(0);
  const release = clock.hold();
  let released = false;
  setTimeout(() => {
    released = true;
    release();
  }, 30);
  const seen: boolean[] = [];
  clock.setTimer(10, () => seen.push(released));
  await clock.runUntil(10);
  expect(seen).toEqual([true]);
});

test("a promise that nothing will settle is told, and so is one that takes too long", async () => {
  const clock = virtualClock(0);
  await expect(clock.runUntilSettled(new Promise(() => undefined))).rejects.toThrow("nothing is left to happen");
  const again = (): void => {
    clock.setTimer(clock.now() + 1000, again);
  };
  again();
  await expect(clock.runUntilSettled(new Promise(() => undefined), 10_000)).rejects.toThrow("10000 ms of virtual time");
});

test("an awaited rejection comes through", async () => {
  const clock = virtualClock(0);
  const failing = clock.sleep(10).then(() => Promise.reject(new Error("broken")));
  await expect(clock.runUntilSettled(failing)).rejects.toThrow("broken");
});

test("two drivers at once are refused", async () => {
  const clock = virtualClock(0);
  const first = clock.runUntil(10);
  await expect(clock.runUntil(20)).rejects.toThrow("one driver at a time");
  await first;
});

test("a sleep ends with the signal's reason", async () => {
  const clock = virtualClock(0);
  const stop = new AbortController();
  const sleeping = clock.sleep(1000, stop.signal);
  clock.setTimer(5, () => stop.abort(new Error("enough")));
  await expect(clock.runUntilSettled(sleeping)).rejects.toThrow("enough");
  expect(clock.now()).toBe(5);
  expect(clock.pending()).toBe(0);
  await expect(clock.sleep(1, stop.signal)).rejects.toThrow("enough");
});

test("the real clock runs at its speed, from its start", async () => {
  const clock = realClock({ speed: 1000, startAt: 5_000_000 });
  const begun = performance.now();
  await clock.sleep(50_000);
  const real = performance.now() - begun;
  expect(clock.now()).toBeGreaterThanOrEqual(5_050_000);
  expect(real).toBeGreaterThan(45);
  // At the wall's own speed it would be 50 s.
  expect(real).toBeLessThan(25_000);
  expect(() => realClock({ speed: 0 })).toThrow("above 0");
});

test("an instant is a whole millisecond, though a pause is not", async () => {
  const clock = virtualClock(1_000);
  const seen: number[] = [];
  clock.setTimer(1_000.2, () => void seen.push(clock.now()));
  void clock.sleep(2.5).then(() => seen.push(clock.now()));
  await clock.runUntil(2_000);
  expect(seen).toEqual([1_001, 1_003]);
});
