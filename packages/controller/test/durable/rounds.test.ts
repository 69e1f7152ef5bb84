import { virtualClock, type VirtualClock } from "@spotkeeper/simulator";
import { beforeEach, expect, test } from "vitest";
import { inRounds, type Round, type RoundsDeps, type Since, type Task } from "../../src/durable/rounds.ts";
import { SpotkeeperError } from "../../src/errors.ts";
import { NO_LIMITS } from "../../src/advance-limits.ts";

const T0 = 1_000_000;
const AWAY = new SpotkeeperError("SK-LEDGER-FULL", "the disk is full");

let clock: VirtualClock;
let hints: number[];
/** Ids of the tasks that were begun, in order. */
let began: string[];
beforeEach(() => {
  clock = virtualClock(T0);
  hints = [];
  began = [];
});

const depsOf = (more: Partial<RoundsDeps> = {}): RoundsDeps => ({
  clock,
  limits: NO_LIMITS,
  wakeUp: (at) => Promise.resolve(void hints.push(at - T0)),
  ...more,
});
const task = (id: string, takes: number): Task<string> => ({
  id,
  run: () => (began.push(id), clock.sleep(takes).then(() => id)),
});
const rest: Round<string> = { begin: [], nextAt: Infinity, atRest: true };

/** Plays rounds as told, and notes when each came and what it began with. */
function played(rounds: readonly (Round<string> | Error | null)[]) {
  const seen: (Pick<Since<string>, "results" | "isWokenAgain"> & {
    readonly at: number;
    readonly running: string[];
  })[] = [];
  const left = [...rounds];
  const round = async ({ results, running, isWokenAgain }: Since<string>): Promise<Round<string> | null> => {
    seen.push({ at: clock.now() - T0, results, running: [...running], isWokenAgain });
    const [next = rest] = left.splice(0, 1);
    if (next instanceof Error) throw next;
    return next;
  };
  return { seen, round };
}

test("each result is for the round that follows its end, and slower tasks hold nobody up", async () => {
  const { seen, round } = played([{ ...rest, begin: [task("slow", 5_000), task("quick", 100)] }]);
  await clock.runUntilSettled(inRounds(depsOf(), round));
  expect(seen).toEqual([
    { at: 0, results: [], running: [], isWokenAgain: false },
    { at: 100, results: ["quick"], running: ["slow"], isWokenAgain: false },
    { at: 5_000, results: ["slow"], running: [], isWokenAgain: false },
  ]);
  expect(hints).toEqual([]);
});

test("tasks that end soon after another share its round", async () => {
  const { seen, round } = played([{ ...rest, begin: [task("a", 100), task("b", 140), task("c", 200)] }]);
  await clock.runUntilSettled(inRounds(depsOf({ gather: 50 }), round));
  expect(seen.map(({ at, results }) => [at, results])).toEqual([
    [0, []],
    [150, ["a", "b"]],
    [200, ["c"]],
  ]);
});

test("the next round comes at its time, and where something new was accepted", async () => {
  let wakeAgain = (): void => {};
  const limits = { nextWakeUp: () => new Promise<void>((resolve) => (wakeAgain = resolve)), until: Infinity };
  const { seen, round } = played([{ begin: [task("slow", 9_000)], nextAt: T0 + 2_000, atRest: true }]);
  const running = inRounds(depsOf({ limits }), round);
  await clock.runUntil(T0 + 4_000);
  wakeAgain();
  await clock.runUntilSettled(running);
  expect(seen.map(({ at, isWokenAgain }) => [at, isWokenAgain])).toEqual([
    [0, false],
    [2_000, false],
    [4_000, true],
    [9_000, false],
  ]);
});

test("at its deadline it begins nothing, waits for nothing, and sends a hint", async () => {
  const begin = [task("slow", 9_000)];
  const limits = { ...NO_LIMITS, until: T0 + 3_000 };
  const { seen, round } = played([
    { begin, nextAt: Infinity, atRest: true },
    { ...rest, begin: [task("more", 1)] },
  ]);
  await clock.runUntilSettled(inRounds(depsOf({ limits }), round));
  expect(seen.map(({ at, running }) => [at, running])).toEqual([
    [0, []],
    [3_000, ["slow"]],
  ]);
  expect(clock.now()).toBe(T0 + 3_000);
  expect(hints).toEqual([3_000]);
  expect(began).toEqual(["slow"]);
});

test.each([
  ["all of it, without a deadline", Infinity, 5_000],
  ["until the deadline", 3_000, 3_000],
])("if the document is gone, what runs is awaited: %s", async (_, until, ends) => {
  const { round } = played([{ ...rest, begin: [task("slow", 5_000), task("quick", 100)] }, null]);
  await clock.runUntilSettled(inRounds(depsOf({ limits: { ...NO_LIMITS, until: T0 + until } }), round));
  expect(clock.now() - T0).toBe(ends);
  expect(hints).toEqual([]);
});

test("rounds that never come to rest end after a while, and the document is woken again", async () => {
  const endless = (): Promise<Round<string>> => Promise.resolve({ begin: [], nextAt: T0, atRest: false });
  await clock.runUntilSettled(inRounds(depsOf(), endless));
  expect(hints).toEqual([0]);
});

test("while the ledger is away, results are kept until the deadline, and no longer", async () => {
  const limits = { ...NO_LIMITS, until: T0 + 3_500 };
  const { seen, round } = played([{ ...rest, begin: [task("a", 100)] }, ...Array<Error>(9).fill(AWAY)]);
  await clock.runUntilSettled(inRounds(depsOf({ limits }), round));
  expect(seen.map(({ at }) => at)).toEqual([0, 100, 1_100, 2_100, 3_100, 4_100]);
  expect(hints).toEqual([4_100]);
});

test("a ledger that is away ends it where nothing is to be kept; else results are given again until it is back", async () => {
  await expect(clock.runUntilSettled(inRounds(depsOf(), played([AWAY]).round))).rejects.toBe(AWAY);
  const begun = { ...rest, begin: [task("a", 100), task("b", 500)] };
  const { seen, round } = played([begun, AWAY, AWAY]);
  await clock.runUntilSettled(inRounds(depsOf(), round));
  expect(seen.map(({ at, results }) => [at, results])).toEqual([
    [0, []],
    [100, ["a"]],
    [1_100, ["a", "b"]],
    [2_100, ["a", "b"]],
  ]);
});

test("what is not stored yet keeps it going", async () => {
  const { seen, round } = played([{ begin: [], nextAt: T0 + 1_000, atRest: false }]);
  await clock.runUntilSettled(inRounds(depsOf(), round));
  expect(seen.map(({ at }) => at)).toEqual([0, 1_000]);
});

test("if a round or a task fails, what was begun is awaited before that, until the deadline", async () => {
  const broken = new Error("broken");
  const ends = async (until: number, ...rounds: Parameters<typeof played>[0]): Promise<number> => {
    const start = clock.now();
    const limits = { ...NO_LIMITS, until: start + until };
    await expect(clock.runUntilSettled(inRounds(depsOf({ limits }), played(rounds).round))).rejects.toBe(broken);
    return clock.now() - start;
  };
  const begun = { ...rest, begin: [task("slow", 5_000), task("quick", 100)] };
  expect(await ends(Infinity, begun, broken)).toBe(5_000);
  expect(await ends(3_000, begun, broken)).toBe(3_000);
  const failing: Task<string> = { id: "x", run: () => Promise.reject(broken) };
  expect(await ends(Infinity, { ...rest, begin: [task("slow", 5_000), failing] })).toBe(5_000);
});

test("what a round has stored to be begun is begun, although the deadline passed meanwhile; no later round may", async () => {
  const may: boolean[] = [];
  const limits = { ...NO_LIMITS, until: T0 + 3_000 };
  const rounds: Round<string>[] = [
    { ...rest, begin: [task("before", 2_000)] },
    { ...rest, begin: [task("stored", 0)] },
    { ...rest, begin: [task("too late", 0)] },
  ];
  const round = async ({ mayBegin }: Since<string>): Promise<Round<string>> => {
    if (may.push(mayBegin) === 2) await clock.sleep(4_000);
    return rounds.shift() ?? rest;
  };
  await clock.runUntilSettled(inRounds(depsOf({ limits }), round));
  expect(began).toEqual(["before", "stored"]);
  expect(may.slice(0, 2)).toEqual([true, true]);
  expect(may.slice(2)).not.toContain(true);
  expect(hints).toHaveLength(1);
});

test("other failures, of a round or of a task, end it", async () => {
  const broken = new Error("broken");
  await expect(clock.runUntilSettled(inRounds(depsOf(), played([broken]).round))).rejects.toBe(broken);
  const failing: Task<string> = { id: "x", run: () => Promise.reject(broken) };
  const { round } = played([{ ...rest, begin: [task("slow", 9_000), failing] }]);
  await expect(clock.runUntilSettled(inRounds(depsOf(), round))).rejects.toBe(broken);
});
