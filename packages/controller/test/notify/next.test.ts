import { describe, expect, test } from "vitest";
import { applySend, intend } from "../../src/notify/apply.ts";
import { MOST_ATTEMPTS, nextAlert, type Summary } from "../../src/notify/next.ts";
import type { Doc, Send } from "../../src/record/doc.ts";
import { alertDoc, T0 } from "./support/samples.ts";

const FLUSH = T0 + 5_000;
const open = (hash = "a"): Summary => ({ stage: "open", hashes: { material: hash, full: hash } });
const outcome = (hash = "z"): Summary => ({ stage: "outcome", hashes: { material: hash, full: hash } });
const sns = { name: "sns", updates: "material" } as const;

const send = (more: Partial<Send> = {}): Send => ({
  state: "sent",
  hash: "open:a",
  receipt: { id: "1" },
  attempts: 1,
  retryAt: FLUSH + 30_000,
  reason: null,
  ...more,
});
const doc = (sns?: Partial<Send>): Doc<"alert"> => alertDoc(sns === undefined ? {} : { sns: send(sns) });

describe("when a channel is told", () => {
  test("not before the group wait is over", () => {
    expect(nextAlert(doc(), open(), [sns], FLUSH - 1)).toEqual({ due: [], lapsed: [], wakeAt: FLUSH });
    expect(nextAlert(doc(), open(), [sns], FLUSH).due).toEqual([
      { channel: "sns", phase: "receipt", content: "open:a", attempt: 1, supersedes: null },
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
    const next = nextAlert(doc(had), summary, [sns], now);
    expect(next.due).toEqual(due === null ? [] : [expect.objectContaining(due)]);
  });

  test("a send whose process dies every time is given up, even then", () => {
    const stuck = doc({ state: "intended", attempts: MOST_ATTEMPTS, receipt: null });
    const next = nextAlert(stuck, open(), [sns], FLUSH + 30_000);
    expect(next.due).toEqual([]);
    expect(next.lapsed).toEqual([{ channel: "sns", content: "open:a", reason: expect.any(String) }]);
    expect(intend(stuck, [], next.lapsed, FLUSH).body.sends["sns"]).toMatchObject({ state: "gave-up" });
  });

  test("one channel's wait is not another's", () => {
    const both = alertDoc({ sns: send({ state: "due", retryAt: FLUSH + 60_000 }) });
    const next = nextAlert(both, open(), [sns, { name: "web", updates: "full" }], FLUSH);
    expect(next.due.map((one) => one.channel)).toEqual(["web"]);
  });

  test("machines are told of progress, people of what matters", () => {
    const both = alertDoc({ sns: send(), web: send() });
    const summary: Summary = { stage: "open", hashes: { material: "a", full: "b" } };
    const next = nextAlert(both, summary, [sns, { name: "web", updates: "full" }], FLUSH + 30_000);
    expect(next.due.map((one) => one.channel)).toEqual(["web"]);
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
    const next = nextAlert(stale, outcome(), [sns], FLUSH);
    expect(next.lapsed).toMatchObject([{ channel: "old", content: "outcome:z" }]);
    const forgotten = intend(stale, [], next.lapsed, FLUSH);
    const last = nextAlert({ ...forgotten, wakeAt: FLUSH }, outcome(), [sns], FLUSH + 2_000);
    expect(last).toEqual({ due: [], lapsed: [], wakeAt: null });
  });
});

describe("what came of a send", () => {
  const due = { channel: "sns", phase: "receipt", content: "open:a", attempt: 1, supersedes: null } as const;
  const intended = intend(doc(), [due], [], FLUSH);
  const apply = (result: Parameters<typeof applySend>[2], random = 0): Send | undefined =>
    applySend(intended, due, result, FLUSH, random)?.send;

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

  test("fails too often, is refused, or is asked to wait for too long: given up, with the reason", () => {
    const late = { ...due, attempt: MOST_ATTEMPTS };
    const last = applySend(
      intend(doc(), [late], [], FLUSH),
      late,
      { is: "retry", reason: "slow", after: null },
      FLUSH,
      0,
    );
    expect(last?.send).toMatchObject({ state: "gave-up", retryAt: null, reason: `slow, ${MOST_ATTEMPTS} times` });
    expect(apply({ is: "refused", reason: "answered 401", because: "request" })).toMatchObject({
      state: "gave-up",
      reason: "answered 401",
    });
    expect(apply({ is: "retry", reason: "busy", after: 3_600_000 })).toMatchObject({ state: "gave-up" });
  });

  test("waits grow to a minute and no further", () => {
    const waits = [1, 2, 5, 7, 11].map((attempt) => {
      const one = { ...due, attempt };
      const result = { is: "retry", reason: "slow", after: null } as const;
      return (applySend(intend(doc(), [one], [], FLUSH), one, result, FLUSH, 0)?.send.retryAt ?? 0) - FLUSH;
    });
    expect(waits).toEqual([1_000, 2_000, 16_000, 60_000, 60_000]);
  });

  test("one that took too long, and was taken over, changes nothing", () => {
    const again = intend(intended, [{ ...due, attempt: 2 }], [], FLUSH + 15_000);
    expect(applySend(again, due, { is: "sent", receipt: null }, FLUSH + 16_000, 0)).toBeNull();
  });
});
