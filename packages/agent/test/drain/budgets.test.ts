import fc from "fast-check";
import { expect, test } from "vitest";
import { type Budgets, shareOf } from "../../src/drain/budgets.ts";
import { defaultBudgets, phases } from "../../src/drain/phases.ts";

/** What every phase that wants something has of `total`. */
function shareOut(wants: Budgets, total: number): Budgets {
  const coming = phases.filter((phase) => phase in wants);
  return Object.fromEntries(coming.map((phase) => [phase, shareOf(phase, coming, (one) => wants[one] ?? 0, total)]));
}

const sum = (budgets: object): number => Object.values(budgets).reduce((all: number, one: number) => all + one, 0);

test("together the defaults are the 110 s that a drain may take", () => {
  expect(sum(defaultBudgets)).toBe(110_000);
  expect(shareOut(defaultBudgets, 110_000)).toEqual(defaultBudgets);
});

test("what is missing comes out of finish first", () => {
  expect(shareOut(defaultBudgets, 60_000)).toEqual({ ...defaultBudgets, finish: 40_000 });
});

test("after SIGTERM finish keeps half, and the others shrink alike", () => {
  const { finish, save, unready } = shareOut(defaultBudgets, 28_000);
  expect({ finish, save, unready }).toEqual({ finish: 14_000, save: 5_600, unready: 3_500 });
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
