import fc from "fast-check";
import { expect, test } from "vitest";
import { nextTry, type BackoffLimits, pauseAfter } from "../../src/durable/retry.ts";

const patience: BackoffLimits = { first: 1_000, longest: 60_000 };
const chance = fc.double({ min: 0, max: 1, noNaN: true });
const instant = fc.integer({ min: 0, max: 10_000_000 });

test("pauses double to the longest; chance takes away half at most", () => {
  expect([1, 2, 3, 6, 7, 100].map((failures) => pauseAfter(failures, patience, 0))).toEqual([
    1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
  ]);
  expect(pauseAfter(1, patience, 1)).toBe(500);
});

test("no pause is shorter than half of the first, or longer than the longest, and none shrinks", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), chance, (failures, random) => {
      const pause = pauseAfter(failures, patience, random);
      expect(pause).toBeGreaterThanOrEqual(patience.first / 2);
      expect(pause).toBeLessThanOrEqual(patience.longest);
      expect(pauseAfter(failures + 1, patience, random)).toBeGreaterThanOrEqual(pause);
    }),
  );
});

test("a try comes after its pause, not before the other side takes it, and within its bounds; else never", () => {
  fc.assert(
    fc.property(
      instant,
      fc.integer({ min: 1, max: 20 }),
      fc.option(instant),
      instant,
      fc.option(fc.integer({ min: 1, max: 20 })),
      chance,
      (at, tries, notBefore, endsAt, mostTries, random) => {
        const bounded = mostTries === null ? patience : { ...patience, mostTries };
        const next = nextTry({ at, tries, notBefore, endsAt }, bounded, random);
        const earliest = Math.max(at + pauseAfter(tries, patience, random), notBefore ?? 0);
        expect(next).toBe(tries < (mostTries ?? Infinity) && earliest <= endsAt ? earliest : null);
      },
    ),
  );
});

test("one that is asked to wait beyond its bounds is given up at once", () => {
  const failed = { at: 0, tries: 1, endsAt: 600_000 };
  expect(nextTry({ ...failed, notBefore: 600_000 }, patience, 0)).toBe(600_000);
  expect(nextTry({ ...failed, notBefore: 600_001 }, patience, 0)).toBeNull();
});
