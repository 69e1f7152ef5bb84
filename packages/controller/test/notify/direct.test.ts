import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bench, bench, type FakeChannel, fakeChannel } from "./support/bench.ts";
import { told } from "./support/samples.ts";

let on: Bench;
let sns: FakeChannel;
beforeEach(() => {
  on = bench();
  sns = fakeChannel(on.clock);
});
afterEach(() => on.ledger.close());

test("without a ledger, a repeated attempt says how much time is left then, and is the same message", async () => {
  const { doc, facts } = told("i-1");
  if (facts === null) throw new Error("nothing is known of i-1");
  sns.answers.push({ is: "retry", reason: "too many requests", after: 20_000 });
  await on.settle(on.worker({ sns }, { factsOf: () => facts }).tellDirectly(doc, facts, "the disk is full"));
  expect(sns.sent.map(({ at, model }) => [at / 1_000, model.headline])).toEqual([
    [5, expect.stringMatching(/, 115 s left$/)],
    [25, expect.stringMatching(/, 95 s left$/)],
  ]);
  expect(new Set(sns.sent.map(({ model }) => model.id)).size).toBe(1);
  expect(sns.sent.map(({ model }) => model.ask[0])).toEqual(Array(2).fill("bring the ledger back: the disk is full"));
});
