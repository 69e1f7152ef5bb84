import { virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import { beforeEach, expect, test } from "vitest";
import { createScheduler, type SchedulerDeps } from "../../src/entry/scheduler.ts";
import type { Key } from "../../src/model/key.ts";

const SECOND = 1_000;

let clock: VirtualClock;
let ran: [Key, number][];
let failures: unknown[];

beforeEach(() => {
  clock = virtualClock(0);
  ran = [];
  failures = [];
});

function scheduler(over: Partial<SchedulerDeps> = {}) {
  return createScheduler({
    clock,
    advance: (key) => Promise.resolve(void ran.push([key, clock.now()])),
    sweep: () => Promise.resolve(),
    onFailure: (key, error) => void failures.push([key, error]),
    ...over,
  });
}

test("a document is advanced when it is due, and of several hints at the earliest", async () => {
  const at = scheduler();
  await at.at("a", 30 * SECOND);
  await at.at("a", 10 * SECOND);
  await at.at("a", 20 * SECOND);
  await at.at("b", 0);
  await clock.runUntil(60 * SECOND);
  expect(ran).toEqual([
    ["b", 0],
    ["a", 10 * SECOND],
  ]);
});

test("one at a time for each document: a hint that comes meanwhile is told to who runs, and follows", async () => {
  let wokenAgain = 0;
  let first = true;
  const at = scheduler({
    async advance(key, nextWakeUp) {
      ran.push([key, clock.now()]);
      if (!first) return;
      first = false;
      void nextWakeUp().then(() => (wokenAgain += 1));
      await clock.sleep(10 * SECOND);
    },
  });
  await at.at("a", 0);
  await clock.runUntil(2 * SECOND);
  await at.at("a", 0);
  await at.at("b", 0);
  await clock.runUntil(60 * SECOND);
  expect(wokenAgain).toBe(1);
  expect(ran).toEqual([
    ["a", 0],
    ["b", 2 * SECOND],
    ["a", 10 * SECOND],
  ]);
});

test("one that failed is told and tried again a second later", async () => {
  const at = scheduler({
    advance(key) {
      ran.push([key, clock.now()]);
      return ran.length === 1 ? Promise.reject(new Error("no ledger")) : Promise.resolve();
    },
  });
  await at.at("a", 0);
  await clock.runUntil(5 * SECOND);
  expect(ran.map(([, when]) => when)).toEqual([0, SECOND]);
  expect(failures).toEqual([["a", new Error("no ledger")]]);
});

test("what no hint brought is swept, at the start and each second, also after a sweep that failed", async () => {
  let sweeps = 0;
  const at = scheduler({
    async sweep(grace, found) {
      sweeps += 1;
      if (sweeps === 2) throw new Error("no ledger");
      found(`${sweeps} after ${grace}`);
    },
  });
  at.start();
  await clock.runUntil(2.5 * SECOND);
  expect(ran.map(([key]) => key)).toEqual(["1 after 0", "3 after 1500"]);
  expect(failures).toEqual([[null, new Error("no ledger")]]);
  await at.stop(0);
});

test("a sweep leaves alone what runs here", async () => {
  let wokenAgain = 0;
  const at = scheduler({
    async advance(key, nextWakeUp) {
      ran.push([key, clock.now()]);
      void nextWakeUp().then(() => (wokenAgain += 1));
      await clock.sleep(30 * SECOND);
    },
    sweep: (_, found) => Promise.resolve(found("a")),
  });
  at.start();
  await clock.runUntil(29 * SECOND);
  expect({ ran, wokenAgain }).toEqual({ ran: [["a", 0]], wokenAgain: 0 });
});

test("once it stops nothing begins; it waits for what runs, and no longer than it may", async () => {
  const at = scheduler({
    async advance(key) {
      ran.push([key, clock.now()]);
      await clock.sleep(key === "long" ? 60 * SECOND : 2 * SECOND);
    },
  });
  await at.at("short", 0);
  await at.at("later", 1 * SECOND);
  await clock.runUntil(500);
  const stopping = at.stop(10 * SECOND);
  await at.at("new", 0);
  await clock.runUntilSettled(stopping);
  expect(clock.now()).toBe(2 * SECOND);
  expect(ran.map(([key]) => key)).toEqual(["short"]);

  const other = scheduler({ advance: () => clock.sleep(60 * SECOND) });
  await other.at("long", 0);
  const since = clock.now();
  await clock.runUntilSettled(other.stop(10 * SECOND));
  expect(clock.now() - since).toBe(10 * SECOND);
});

test("says what it has in hand", async () => {
  const at = scheduler({ advance: () => clock.sleep(SECOND) });
  await at.at("now", 0);
  await at.at("later", 5 * SECOND);
  expect(at.load()).toEqual({ running: 1, queued: 0, timed: 1 });
});
