import { afterEach, beforeEach, expect, test } from "vitest";
import { lowServices } from "../../src/notify/outbox/low-services.ts";
import { type Bench, bench, type FakeChannel, fakeChannel } from "./support/bench.ts";
import { impact, T0 } from "./support/samples.ts";

const drained = { outcome: "drained", drainedAt: T0 + 60_000, closedAt: T0 + 60_000 } as const;

let on: Bench;
let sns: FakeChannel;
beforeEach(() => {
  on = bench();
  sns = fakeChannel(on.clock);
});
afterEach(() => on.ledger.close());

const low = impact({ running: 1 });
const enough = impact({ running: 4 });

test("a service counts from when it had too few running tasks until it has enough, also if it falls again", () => {
  const first = lowServices({}, [enough], T0);
  expect(first).toEqual([]);
  const fell = lowServices({ low: first }, [low], T0 + 10_000);
  expect(fell).toEqual([{ service: "checkout", minimum: 2, since: T0 + 10_000, until: null }]);
  const back = lowServices({ low: fell }, [enough], T0 + 50_000);
  expect(back).toEqual([{ service: "checkout", minimum: 2, since: T0 + 10_000, until: T0 + 50_000 }]);
  expect(lowServices({ low: back }, [], T0 + 60_000)).toEqual(back);
  expect(lowServices({ low: back }, [low], T0 + 70_000)).toMatchObject([{ since: T0 + 10_000, until: null }]);
});

test("the outcome says how long a service was below its minimum", async () => {
  const alerts = on.worker({ sns });
  await on.join("i-1", { facts: { impact: [low] } });
  await on.run(alerts, 40_000);
  await on.change("i-1", drained);
  await on.run(alerts, 60_000);
  const { phase, stakes } = sns.sent.at(-1)?.model ?? {};
  expect(phase).toBe("outcome");
  expect(stakes).toContainEqual(expect.stringMatching(/^checkout was below its minimum of 2 tasks for about \d+ s/));
});

test("after a message that feared it, the outcome says that none was", async () => {
  const alerts = on.worker({ sns });
  await on.join("i-1", { facts: { impact: [enough] } });
  await on.run(alerts, 40_000);
  await on.change("i-1", drained);
  await on.run(alerts, 60_000);
  expect(sns.sent.at(-1)?.model.stakes).toContain("no service was seen below its minimum");
});

test("where nothing was feared, nothing is said of it", async () => {
  const alerts = on.worker({ sns });
  await on.join("i-1");
  await on.change("i-1", drained);
  await on.run(alerts, 60_000);
  expect(sns.sent.at(-1)?.model.stakes.join()).not.toContain("minimum");
});
