import fc from "fast-check";
import { expect, test } from "vitest";
import { type Budgets, shareOf } from "../../src/drain/budgets.ts";
import { defaultBudgets, phases } from "../../src/drain/phases.ts";

/** What every phase that wants something has of `total`, each taking its share of what those before it have left. */
function shareOut(wants: Budgets, total: number): Budgets {
  const coming = phases.filter((phase) => phase in wants);
  let left = total;
  return Object.fromEntries(
    coming.map((phase, at) => {
      const share = shareOf(coming.slice(at), (one) => wants[one] ?? 0, left);
      left -= share;
      return [phase, share];
    }),
  );
}

const sum = (budgets: object): number => Object.values(budgets).reduce((all: number, one: number) => all + one, 0);

test("together the defaults are the 110 s that a drain may take", () => {
  expect(sum(defaultBudgets)).toBe(110_000);
  expect(shareOut(defaultBudgets, 110_000)).toEqual(defaultBudgets);
});

test("what is missing comes out of finish first", () => {
  expect(shareOut(defaultBudgets, 60_000)).toEqual({ ...defaultBudgets, finish: 33_000 });
});

test("after SIGTERM finish keeps half of what is left for it, and the others shrink alike", () => {
  const shares = shareOut(defaultBudgets, 28_000);
  const { unready = 0, "stop-intake": stop = 0, finish, save = 0, callbacks = 0, close } = shares;
  expect(unready).toBeCloseTo((14_000 * 12) / 27, 3);
  expect(finish).toBeCloseTo((28_000 - unready - stop) / 2, 3);
  expect([callbacks, close]).toEqual([expect.closeTo(save / 4, 3), expect.closeTo(save / 4, 3)]);
});

test("being unready outlasts two health checks of 5 s, also after SIGTERM where nothing is saved or told", () => {
  expect(defaultBudgets.unready).toBeGreaterThanOrEqual(2 * 5_000 + 2_000);
  const { unready: _, "stop-intake": stop, finish, close } = defaultBudgets;
  const http = { unready: defaultBudgets.unready, "stop-intake": stop, finish, close };
  expect(shareOut(http, 28_000).unready).toBeGreaterThan(10_000);
});

test("nothing is wanted, or nothing is there", () => {
  expect(shareOut({}, 1_000)).toEqual({});
  expect(sum(shareOut(defaultBudgets, 0))).toBe(0);
  expect(sum(shareOut(defaultBudgets, -5_000))).toBe(0);
  expect(shareOut({ finish: 90_000 }, 30_000)).toEqual({ finish: 30_000 });
});

test("never more than there is, never more than is wanted, and something for all that want something", () => {
  const wants = fc.record(Object.fromEntries(phases.map((phase) => [phase, fc.integer({ min: 1, max: 200_000 })])), {
    requiredKeys: [],
  });
  fc.assert(
    fc.property(wants, fc.integer({ min: 1, max: 300_000 }), (wanted, total) => {
      const shares = shareOut(wanted, total);
      expect(sum(shares)).toBeLessThanOrEqual(total + 1e-6);
      for (const phase of phases) {
        const want = wanted[phase] ?? 0;
        expect(shares[phase] ?? 0).toBeLessThanOrEqual(want);
        if (want > 0) expect(shares[phase]).toBeGreaterThan(0);
      }
      if (sum(wanted) >= total) expect(sum(shares)).toBeCloseTo(total, 3);
    }),
  );
});
