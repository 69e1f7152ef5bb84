import { describe, expect, test } from "vitest";
import type { AlertLevel } from "../../src/model/alert.ts";
import type { AlertModel } from "../../src/notify/alert.ts";
import { contentHash } from "../../src/notify/outbox/hash.ts";
import { isRaised, levelAfter, levelOf } from "../../src/notify/outbox/level.ts";
import { impact, model, signal, told } from "./support/samples.ts";

const about = (...services: readonly ReturnType<typeof impact>[]): AlertModel =>
  model([told("i-1", { facts: { impact: services } })]);
const soon = signal("rebalance");
const advised = told("i-1", { body: { signals: [soon], deadline: null } });
const warned = told("i-1", { body: { signals: [soon, signal("spot-interruption")] } });
const spare = impact({ minimum: 1, belowMinimum: false });

/** Only what is compared differs: severity and asks could raise it, too. */
const equalElse = (one: AlertModel): AlertModel => ({ ...one, severity: "critical", ask: [] });

describe.each<[string, AlertModel, AlertModel]>([
  ["another instance", model([told("i-1")]), model([told("i-1"), told("i-2")])],
  ["an end that becomes certain", model([advised]), model([warned])],
  ["another service below its minimum", about(impact()), about(impact(), impact({ service: "cart" }))],
  ["a service that falls to nothing", about(impact()), about(impact({ doomed: 4, survives: 0 }))],
  ["a service that falls below its minimum", about(spare), about(impact())],
])("%s", (_, before, after) => {
  test("is worse, and the way back is not", () => {
    const [first, next] = [levelOf(equalElse(before)), levelOf(equalElse(after))];
    const raises = (now: AlertLevel, level: AlertLevel): boolean => isRaised(now, { level }, "update", 0);
    expect([raises(next, first), raises(first, next), raises(next, next)]).toEqual([true, false, false]);
  });

  test("is news, in both directions", () => {
    expect(contentHash(equalElse(after), "material")).not.toBe(contentHash(equalElse(before), "material"));
  });
});

describe("what goes up and down", () => {
  const calm = levelOf(about());
  const bad = levelOf(about(impact()));
  const MINUTE = 60_000;
  /** The times, in minutes, of the messages that notify people, and what the channel keeps at the end. */
  function play(...told: readonly (readonly [minute: number, level: AlertLevel])[]): readonly number[] {
    let send: Parameters<typeof isRaised>[1] = {};
    return told.flatMap(([minute, level]) => {
      const raised = isRaised(level, send, "update", minute * MINUTE);
      send = levelAfter(level, send, minute * MINUTE);
      return raised ? [minute] : [];
    });
  }

  test("notifies once, and again if it was better for ten minutes", () => {
    expect(play([0, calm], [1, bad], [2, calm], [3, bad], [4, calm], [13, bad], [14, calm], [24, bad])).toEqual([
      1, 24,
    ]);
  });

  test("what is worse than ever notifies at once, also if something else is better", () => {
    const joined = { ...calm, members: 2 };
    expect(play([0, bad], [1, calm], [2, joined], [3, { ...bad, members: 2 }])).toEqual([2]);
    expect(play([0, bad], [1, calm], [2, { ...bad, empty: 1 }], [3, calm], [4, { ...bad, low: 2 }])).toEqual([2, 4]);
  });

  test("what is half as bad again counts from when it got better", () => {
    const worst = { ...bad, low: 3 };
    expect(play([0, worst], [1, calm], [5, bad], [11, { ...bad, low: 2 }])).toEqual([11]);
    expect(play([0, worst], [1, calm], [5, bad], [10, { ...bad, low: 2 }])).toEqual([]);
  });

  test("an outcome that is worse than the last message notifies", () => {
    const send = levelAfter(calm, levelAfter(bad, {}, 0), MINUTE);
    expect([isRaised(bad, send, "outcome", 2 * MINUTE), isRaised(bad, send, "update", 2 * MINUTE)]).toEqual([
      true,
      false,
    ]);
    expect(isRaised(bad, levelAfter(bad, send, 2 * MINUTE), "outcome", 3 * MINUTE)).toBe(false);
  });
});
