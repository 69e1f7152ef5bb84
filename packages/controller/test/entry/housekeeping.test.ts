import { virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import { beforeEach, expect, test } from "vitest";
import { createHousekeeping } from "../../src/entry/housekeeping.ts";
import type { Chores } from "../../src/flow/chores.ts";

const SECOND = 1_000;

let clock: VirtualClock;
let done: [string, number][];
let failures: string[];

beforeEach(() => {
  clock = virtualClock(0);
  done = [];
  failures = [];
});

/** Chores of 2, 30 and 3,600 s; `more` says how often archiving has more to do at once. */
function chores(more = 0, fails: string | null = null): Chores {
  let left = more;
  const chore = (what: string, every: number, run: () => boolean): Chores["archive"] => ({
    what,
    every: every * SECOND,
    run() {
      done.push([what, clock.now()]);
      return what === fails ? Promise.reject(new Error("no ledger")) : Promise.resolve(run());
    },
  });
  return {
    archive: chore("archive", 2, () => (left -= 1) >= 0),
    readOpen: chore("open", 30, () => false),
    purge: chore("purge", 3_600, () => false),
  };
}

const times = (what: string): number[] => done.filter(([name]) => name === what).map(([, at]) => at / SECOND);

test("each chore is done at its own pace, first after its time", async () => {
  const keeping = createHousekeeping(clock, chores(), (what) => failures.push(what));
  keeping.start();
  await clock.runUntil(61 * SECOND);
  keeping.stop();
  expect(times("archive")).toHaveLength(30);
  expect(times("open")).toEqual([30, 60]);
  expect(times("purge")).toEqual([]);
  await clock.runUntil(3_700 * SECOND);
  expect(times("purge")).toEqual([]);
});

test("where there is more, it goes on without a pause", async () => {
  const keeping = createHousekeeping(clock, chores(3), (what) => failures.push(what));
  keeping.start();
  await clock.runUntil(3 * SECOND);
  expect(times("archive")).toEqual([2, 2, 2, 2]);
  keeping.stop();
});

test("one that fails is told, and done again at its next time", async () => {
  const keeping = createHousekeeping(clock, chores(0, "archive"), (what) => failures.push(what));
  keeping.start();
  await clock.runUntil(5 * SECOND);
  expect(times("archive")).toEqual([2, 4]);
  expect(failures).toEqual(["archive", "archive"]);
  keeping.stop();
});

test("in a storm the list of open incidents is read two seconds after the first, once for all that open meanwhile", async () => {
  const keeping = createHousekeeping(clock, chores(), (what) => failures.push(what));
  keeping.opened();
  await clock.runUntil(SECOND);
  keeping.opened();
  await clock.runUntil(10 * SECOND);
  expect(times("open")).toEqual([2]);
  keeping.opened();
  keeping.stop();
  await clock.runUntil(20 * SECOND);
  expect(times("open")).toEqual([2]);
});
