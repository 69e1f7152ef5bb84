import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertDeps } from "../../src/notify/advance.ts";
import { type InhibitRule, TELL_ALL } from "../../src/notify/pipeline/suppress-settings.ts";
import { DAYS, type TimeWindow } from "../../src/notify/pipeline/time-window.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import { container } from "../enrich/support/fleet.ts";
import { type Bench, bench, type FakeChannel, fakeChannel } from "./support/bench.ts";
import { T0, told } from "./support/samples.ts";

let on: Bench;
let sns: FakeChannel;
let mail: FakeChannel;
beforeEach(() => {
  on = bench();
  sns = fakeChannel(on.clock);
  mail = fakeChannel(on.clock);
});
afterEach(() => on.ledger.close());

const inProd = { containerInstances: [container("prod", "i-1")] };
const warned = told("i-1", { facts: inProd });

/** Tells directly of one incident; returns whether anybody was told. */
function tell(more: Partial<AlertDeps> = {}, { doc, facts } = warned): Promise<boolean> {
  if (facts === null) throw new Error("nothing is known of it");
  const alerts = on.worker({ sns, mail }, { factsOf: () => facts, ...more });
  return on.settle(alerts.tellDirectly(doc, facts, "the disk is full"));
}

test("without a ledger, a repeated attempt says how much time is left then, and is the same message", async () => {
  sns.answers.push({ is: "retry", reason: "too many requests", after: 20_000 });
  expect(await tell()).toBe(true);
  expect(sns.sent.map(({ at, model }) => [at / 1_000, model.headline])).toEqual([
    [5, expect.stringMatching(/, 115 s left$/)],
    [25, expect.stringMatching(/, 95 s left$/)],
  ]);
  expect(new Set(sns.sent.map(({ model }) => model.id)).size).toBe(1);
  expect(sns.sent.map(({ model }) => model.ask[0])).toEqual(Array(2).fill("bring the ledger back: the disk is full"));
});

describe("without a ledger, what suppresses an alert suppresses it, too", () => {
  const at = (hour: number): string => `${String((new Date(T0).getUTCHours() + hour + 24) % 24).padStart(2, "0")}:00`;
  const window = (from: number, to: number): TimeWindow => ({
    from: at(from),
    to: at(to),
    timeZone: "UTC",
    days: DAYS,
  });
  const silence = {
    id: "a1",
    match: {},
    startsAt: T0 - 60_000,
    endsAt: T0 + 3_600_000,
    author: "li",
    comment: "",
    createdAt: T0,
  };
  const inhibit: readonly InhibitRule[] = [
    { name: "worse", source: { kind: ["spot-interruption"] }, target: { kind: ["rebalance"] }, equal: [] },
  ];
  const advised = told("i-2", { kind: "rebalance" });

  test.each<[string, Partial<AlertDeps>, typeof warned]>([
    ["inactive-route", { routes: [{ ...DEFAULT_ROUTE, activeTimes: [window(2, 4)] }] }, warned],
    ["maintenance", { suppress: { ...TELL_ALL, maintenance: [{ ...window(-1, 2), name: "m", match: {} }] } }, warned],
    ["silenced", { silences: { read: () => Promise.resolve([silence]) } }, warned],
    ["inhibited", { suppress: { ...TELL_ALL, inhibit }, openIncidents: () => Promise.resolve([told("i-9")]) }, advised],
  ])("%s", async (code, more, about) => {
    expect(await tell(more, about)).toBe(false);
    expect([sns.sent, mail.sent]).toEqual([[], []]);
    expect(on.observed).toEqual([`suppressed ${code}`]);
  });

  test.each<[string, () => Promise<never>]>([
    ["cannot be read", () => Promise.reject(new Error("away"))],
    ["does not answer", () => new Promise<never>(() => {})],
  ])("but not what stands in a ledger that %s", async (_, away) => {
    expect(await tell({ silences: { read: away }, openIncidents: away, suppress: { ...TELL_ALL, inhibit } })).toBe(
      true,
    );
    expect([sns.sent.length, mail.sent.length]).toEqual([1, 1]);
    expect(sns.sent[0]?.at).toBe(5_000);
  });
});

test("without a ledger, another channel stands in if all of the route's fail, and says so", async () => {
  const routes = [{ ...DEFAULT_ROUTE, channels: ["sns"] }];
  sns.answers.push("throws", "throws", "throws");
  expect(await tell({ routes })).toBe(true);
  expect(sns.sent).toHaveLength(3);
  expect(mail.sent.map(({ model }) => model.ask.at(-1))).toEqual([
    expect.stringMatching(/^find out why channel sns got no message/),
  ]);
  mail.answers.push("throws", "throws", "throws");
  sns.answers.push("throws", "throws", "throws");
  expect(await tell({ routes })).toBe(false);
});

test("without a ledger, a pause until after the deadline is waited for only if no other channel can be told", async () => {
  const routes = [{ ...DEFAULT_ROUTE, channels: ["sns"] }];
  const busy = { is: "retry", reason: "too many requests", after: 7_200_000 } as const;
  sns.answers.push(busy);
  expect(await tell({ routes })).toBe(true);
  expect([sns.sent.length, mail.sent.map(({ at }) => at)]).toEqual([1, [5_000]]);
  sns.answers.push(busy);
  const { doc, facts } = warned;
  const alone = on.worker({ sns }, { routes, factsOf: () => facts ?? expect.fail("nothing is known of it") });
  const told = alone.tellDirectly(doc, facts ?? expect.fail("nothing is known of it"), "the disk is full");
  expect([await on.settle(told), sns.sent.length]).toEqual([true, 3]);
});
