import { describe, expect, test } from "vitest";
import { applySend, type Circumstances, intend } from "../../src/notify/outbox/apply.ts";
import { type ChannelRef, nextAlert as next, type NextAlert, type Summary } from "../../src/notify/outbox/next.ts";
import { DEFAULT_ROUTE, type Route } from "../../src/notify/route.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Send } from "../../src/model/alert.ts";
import { alertDoc, T0 } from "./support/samples.ts";

const FLUSH = T0 + 5_000;
const open = (hash = "a"): Summary => ({ stage: "open", hashes: { material: hash, full: hash } });
const outcome = (hash = "z"): Summary => ({ stage: "outcome", hashes: { material: hash, full: hash } });
const sns: ChannelRef = { name: "sns", updates: "material", freeAt: 0, elsewhere: "", usefulUntil: null };
const web: ChannelRef = { ...sns, name: "web", updates: "full" };
const nextAlert = (
  of: Doc<"alert">,
  summary: Summary,
  channels: readonly ChannelRef[],
  now: number,
  route: Partial<Route> = {},
): NextAlert => next(of, summary, channels, now, { ...DEFAULT_ROUTE, ...route });

const send = (more: Partial<Send> = {}): Send => ({
  state: "sent",
  hash: "open:a",
  receipt: { id: "1" },
  attempts: 1,
  retryAt: FLUSH + 30_000,
  since: FLUSH,
  reason: null,
  ...more,
});
const doc = (sns?: Partial<Send>): Doc<"alert"> => alertDoc(sns === undefined ? {} : { sns: send(sns) });

describe("when a channel is told", () => {
  test("not before the group wait is over", () => {
    expect(nextAlert(doc(), open(), [sns], FLUSH - 1)).toEqual({ due: [], lapsed: [], wakeAt: FLUSH });
    expect(nextAlert(doc(), open(), [sns], FLUSH).due).toEqual([
      { channel: "sns", phase: "receipt", content: "open:a", attempt: 1, supersedes: null, usefulUntil: null },
    ]);
  });

  test.each([
    ["nothing is new", {}, open(), FLUSH + 60_000, null],
    ["news, too soon", {}, open("b"), FLUSH + 29_999, null],
    ["news", {}, open("b"), FLUSH + 30_000, { phase: "update", content: "open:b", attempt: 1 }],
    ["the outcome, at once", {}, outcome(), FLUSH + 1, { phase: "outcome", content: "outcome:z", attempt: 1 }],
    ["the same outcome", { hash: "outcome:z" }, outcome(), FLUSH + 60_000, null],
    ["open again after the outcome", { hash: "outcome:z" }, open("b"), FLUSH + 30_000, { phase: "update", attempt: 1 }],
    ["another outcome, too soon", { hash: "outcome:z" }, outcome("y"), FLUSH + 1, null],
    ["another outcome", { hash: "outcome:z" }, outcome("y"), FLUSH + 30_000, { phase: "outcome", attempt: 1 }],
    ["a failure, before its time", { state: "due", receipt: null }, open(), FLUSH, null],
    ["a failure", { state: "due", receipt: null }, open(), FLUSH + 30_000, { phase: "receipt", attempt: 2 }],
    [
      "a failure that news overtook",
      { state: "due", receipt: null, attempts: 3 },
      open("b"),
      FLUSH + 30_000,
      { phase: "receipt", content: "open:b", attempt: 4, supersedes: "open:a" },
    ],
    [
      "a failure that the outcome overtook",
      { state: "due", receipt: null, attempts: 3 },
      outcome(),
      FLUSH + 30_000,
      { phase: "outcome", attempt: 1, supersedes: "open:a" },
    ],
    ["a send under way", { state: "intended" }, open(), FLUSH, null],
    [
      "a send that died",
      { state: "intended", receipt: null },
      open(),
      FLUSH + 30_000,
      { phase: "receipt", attempt: 2 },
    ],
    ["given up, and news", { state: "gave-up", retryAt: null }, open("b"), FLUSH + 60_000, null],
    [
      "given up, and the outcome",
      { state: "gave-up", retryAt: null },
      outcome(),
      FLUSH,
      { phase: "outcome", attempt: 1 },
    ],
    ["given up the outcome", { state: "gave-up", hash: "outcome:z", retryAt: null }, outcome(), FLUSH + 60_000, null],
  ] as const)("%s", (_, had, summary, now, due) => {
    const { due: found } = nextAlert(doc(had), summary, [sns], now);
    expect(found).toEqual(due === null ? [] : [expect.objectContaining(due)]);
  });

  test("a send whose process dies every time is given up at its age, after one more try at least", () => {
    const LATE = FLUSH + DEFAULT_ROUTE.giveUpAfter + 1;
    expect(nextAlert(doc({ state: "intended", receipt: null }), open(), [sns], LATE).due).toMatchObject([
      { attempt: 2 },
    ]);
    const stuck = doc({ state: "intended", attempts: 2, receipt: null });
    expect(nextAlert(stuck, open(), [sns], LATE - 1).due).toHaveLength(1);
    const { due, lapsed } = nextAlert(stuck, open(), [sns], LATE);
    expect(due).toEqual([]);
    expect(lapsed).toEqual([{ channel: "sns", content: "open:a", reason: expect.any(String) }]);
    expect(intend(stuck, [], lapsed, FLUSH).body.sends["sns"]).toMatchObject({ state: "gave-up" });
  });

  test("a channel that takes nothing now is told when it is free; at last it is given up", () => {
    const blocked = { ...sns, freeAt: FLUSH + 7_000 };
    expect(nextAlert(doc(), open(), [blocked, web], FLUSH)).toMatchObject({ due: [{ channel: "web" }], lapsed: [] });
    expect(nextAlert(doc(), open(), [blocked], FLUSH + 3_000)).toMatchObject({ due: [], wakeAt: FLUSH + 7_000 });
    const late = FLUSH + 60_001;
    const never = nextAlert(doc(), open(), [{ ...sns, freeAt: late + 1 }], late, { giveUpAfter: 60_000 });
    expect(never.lapsed).toEqual([
      { channel: "sns", content: "open:a", reason: "other alerts could not be sent to it either, for 60 s" },
    ]);
    expect(intend(doc(), [], never.lapsed, late).body.sends["sns"]).toMatchObject({ state: "gave-up", attempts: 0 });
    const failed = doc({ state: "due", receipt: null, reason: "answered 500" });
    const again = nextAlert(failed, open(), [{ ...sns, freeAt: late + 1 }], late, { giveUpAfter: 60_000 });
    expect(again.lapsed).toMatchObject([{ reason: "answered 500, for 60 s" }]);
    // What was sent long ago is not old news: only what could not be sent is.
    const news = nextAlert(doc({}), open("b"), [{ ...sns, freeAt: late + 1 }], late, { giveUpAfter: 60_000 });
    expect(news).toMatchObject({ due: [], lapsed: [], wakeAt: late + 1 });
  });

  test("a channel that is free only after the deadline is given up at once, if another can be told in time", () => {
    const shut = { ...sns, freeAt: FLUSH + 300_000 };
    const reason = "it takes no messages for 300 s, which is after the deadline";
    const usefulUntil = FLUSH + 100_000;
    expect(nextAlert(doc(), open(), [{ ...shut, usefulUntil }], FLUSH).lapsed).toEqual([
      { channel: "sns", content: "open:a", reason },
    ]);
    // Nobody else can be told, or the deadline is over anyway: late is better than never.
    expect(nextAlert(doc(), open(), [shut], FLUSH)).toMatchObject({ lapsed: [], wakeAt: expect.any(Number) });
    expect(nextAlert(doc(), open(), [{ ...shut, usefulUntil }], usefulUntil).lapsed).toEqual([]);
  });

  test("a channel that is free only after giveUpAfter is given up at once: of an outcome as well, and once", () => {
    const shut = { ...sns, freeAt: FLUSH + 900_000 };
    const route = { giveUpAfter: 600_000 };
    const given = nextAlert(doc({}), outcome(), [shut], FLUSH, route);
    expect(given.lapsed).toMatchObject([{ channel: "sns", content: "outcome:z" }]);
    const after = intend(doc({}), [], given.lapsed, FLUSH);
    expect(nextAlert(after, outcome(), [shut], FLUSH, route)).toMatchObject({ due: [], lapsed: [] });
  });

  test("an open alert is told again where its route says so, an outcome never", () => {
    const again = { repeatEvery: 600_000 };
    expect(nextAlert(doc({}), open(), [sns], FLUSH + 599_999, again).due).toEqual([]);
    expect(nextAlert(doc({}), open(), [sns], FLUSH + 590_000, again).wakeAt).toBe(FLUSH + 600_000);
    expect(nextAlert(doc({}), open(), [sns], FLUSH + 600_000, again).due).toMatchObject([{ phase: "update" }]);
    expect(nextAlert(doc({ hash: "outcome:z" }), outcome(), [sns], FLUSH + 600_000, again).due).toEqual([]);
  });

  test("what failed elsewhere is news", () => {
    const { due } = nextAlert(doc({}), open(), [{ ...sns, elsewhere: "!x" }], FLUSH + 30_000);
    expect(due).toMatchObject([{ phase: "update", content: "open:a!x" }]);
  });

  test("one channel's wait is not another's", () => {
    const both = alertDoc({ sns: send({ state: "due", retryAt: FLUSH + 60_000 }) });
    const found = nextAlert(both, open(), [sns, web], FLUSH);
    expect(found.due.map((one) => one.channel)).toEqual(["web"]);
  });

  test("machines are told of progress, people of what matters", () => {
    const both = alertDoc({ sns: send(), web: send() });
    const summary: Summary = { stage: "open", hashes: { material: "a", full: "b" } };
    const found = nextAlert(both, summary, [sns, web], FLUSH + 30_000);
    expect(found.due.map((one) => one.channel)).toEqual(["web"]);
  });
});

describe("when it looks again", () => {
  test("soon while young, each minute at last, and sooner where something waits", () => {
    expect(nextAlert(doc({}), open(), [sns], T0 + 8_000).wakeAt).toBe(T0 + 13_000);
    expect(nextAlert(doc({}), open(), [sns], T0 + 80_000).wakeAt).toBe(T0 + 100_000);
    expect(nextAlert(doc({}), open(), [sns], T0 + 7_200_000).wakeAt).toBe(T0 + 7_260_000);
    expect(nextAlert(doc({ state: "due", retryAt: FLUSH + 1_000 }), open(), [sns], FLUSH).wakeAt).toBe(FLUSH + 1_000);
  });

  test("settles only after one more look at what is stored as told", () => {
    const told = doc({ hash: "outcome:z" });
    const first = nextAlert({ ...told, wakeAt: FLUSH + 15_000 }, outcome(), [sns], FLUSH);
    expect(first.wakeAt).toBe(FLUSH + 2_000);
    const early = nextAlert({ ...told, wakeAt: FLUSH + 2_000 }, outcome(), [sns], FLUSH + 1_500);
    expect(early.wakeAt).toBe(FLUSH + 2_000);
    const last = nextAlert({ ...told, wakeAt: FLUSH + 2_000 }, outcome(), [sns], FLUSH + 2_000);
    expect(last).toEqual({ due: [], lapsed: [], wakeAt: null });
  });

  test("without channels it settles too", () => {
    expect(nextAlert({ ...doc(), wakeAt: FLUSH }, outcome(), [], FLUSH).wakeAt).toBeNull();
  });

  test("a channel that is configured no more keeps no alert open", () => {
    const stale = alertDoc({ sns: send({ hash: "outcome:z" }), old: send({ state: "due" }) });
    const found = nextAlert(stale, outcome(), [sns], FLUSH);
    expect(found.lapsed).toMatchObject([{ channel: "old", content: "outcome:z" }]);
    const forgotten = intend(stale, [], found.lapsed, FLUSH);
    const last = nextAlert({ ...forgotten, wakeAt: FLUSH }, outcome(), [sns], FLUSH + 2_000);
    expect(last).toEqual({ due: [], lapsed: [], wakeAt: null });
  });
});

describe("what came of a send", () => {
  const due = {
    channel: "sns",
    phase: "receipt",
    content: "open:a",
    attempt: 1,
    supersedes: null,
    usefulUntil: null,
  } as const;
  const intended = intend(doc(), [due], [], FLUSH);
  const level = { severity: 1, members: 1, ending: 1, low: 0, empty: 0 };
  const at = (now: number, random = 0): Circumstances => ({
    now,
    random,
    route: DEFAULT_ROUTE,
    level,
    othersCan: true,
  });
  const apply = (result: Parameters<typeof applySend>[2], random = 0): Send | undefined =>
    applySend(intended, due, result, at(FLUSH, random))?.send;

  test("an intent guards it for longer than a send can take", () => {
    expect(intended).toMatchObject({ wakeAt: FLUSH + 15_000, body: { sends: { sns: { state: "intended" } } } });
  });

  test("sent, with its receipt; a channel without receipts was told all the same", () => {
    expect(apply({ is: "sent", receipt: { id: "7" } })).toMatchObject({ state: "sent", receipt: { id: "7" } });
    expect(apply({ is: "sent", receipt: null })).toMatchObject({ state: "sent", receipt: true });
  });

  test.each([
    ["1 s at first", null, 0, 1_000],
    ["less by chance", null, 1, 500],
    ["as asked, where that is longer", 42_000, 0, 42_000],
    ["never shorter than our own", 10, 0, 1_000],
  ])("fails: waits %s", (_, after, random, wait) => {
    const failed = apply({ is: "retry", reason: "answered 500", after }, random);
    expect(failed).toMatchObject({ state: "due", retryAt: FLUSH + wait, reason: "answered 500" });
  });

  test("fails for too long, is refused, or is asked to wait for too long: given up, with the reason", () => {
    const retry = (late: number): Send | undefined =>
      applySend(intended, due, { is: "retry", reason: "slow", after: null }, at(FLUSH + late))?.send;
    expect(retry(3_599_000)).toMatchObject({ state: "due", retryAt: FLUSH + 3_600_000 });
    expect(retry(3_599_001)).toMatchObject({ state: "gave-up", retryAt: null, reason: "slow, for 60 min" });
    expect(apply({ is: "refused", reason: "answered 401", because: "request" })).toMatchObject({
      state: "gave-up",
      reason: "answered 401",
    });
    expect(apply({ is: "retry", reason: "busy", after: 3_600_001 })).toMatchObject({ state: "gave-up" });
    expect(apply({ is: "retry", reason: "busy", after: 3_600_000 })).toMatchObject({ state: "due" });
  });

  test("a pause that a service asks for is followed for a quarter of an hour at most", () => {
    expect(apply({ is: "retry", reason: "busy", after: 3_000_000 })?.retryAt).toBe(FLUSH + 900_000);
  });

  test("asked to wait until after the deadline, it is given up at once, so that another channel is told", () => {
    const urgent = { ...due, usefulUntil: FLUSH + 100_000 };
    const busy = (after: number | null): Send | undefined =>
      applySend(intended, urgent, { is: "retry", reason: "busy", after }, at(FLUSH))?.send;
    expect(busy(100_001)).toMatchObject({ state: "gave-up", reason: "busy, for 0 s" });
    expect(busy(100_000)).toMatchObject({ state: "due", retryAt: FLUSH + 100_000 });
    expect(busy(null)).toMatchObject({ state: "due" });
  });

  test("where no other channel can be told, it waits as long as that is of any use", () => {
    const urgent = { ...due, usefulUntil: FLUSH + 100_000 };
    const alone = { ...at(FLUSH), othersCan: false };
    const asked = (after: number): Send | undefined =>
      applySend(intended, urgent, { is: "retry", reason: "busy", after }, alone)?.send;
    expect(asked(600_000)).toMatchObject({ state: "due", retryAt: FLUSH + 600_000 });
    expect(asked(7_200_000)).toMatchObject({ state: "due", retryAt: FLUSH + 900_000 });
  });

  test("counts what was sent, and remembers how bad that was", () => {
    expect(apply({ is: "sent", receipt: null })).toMatchObject({ sentCount: 1, level });
    expect(apply({ is: "retry", reason: "busy", after: null })?.sentCount).toBeUndefined();
  });

  test("its age counts from the first attempt of a stage", () => {
    const second = intend(intended, [{ ...due, attempt: 2 }], [], FLUSH + 60_000);
    expect(second.body.sends["sns"]?.since).toBe(FLUSH);
    expect(intend(second, [due], [], FLUSH + 60_000).body.sends["sns"]?.since).toBe(FLUSH + 60_000);
  });

  test("waits grow to a minute and no further", () => {
    const waits = [1, 2, 5, 7, 11].map((attempt) => {
      const one = { ...due, attempt };
      const result = { is: "retry", reason: "slow", after: null } as const;
      return (applySend(intend(doc(), [one], [], FLUSH), one, result, at(FLUSH))?.send.retryAt ?? 0) - FLUSH;
    });
    expect(waits).toEqual([1_000, 2_000, 16_000, 60_000, 60_000]);
  });

  test("one that took too long, and was taken over, changes nothing", () => {
    const again = intend(intended, [{ ...due, attempt: 2 }], [], FLUSH + 15_000);
    expect(applySend(again, due, { is: "sent", receipt: null }, at(FLUSH + 16_000))).toBeNull();
  });
});
