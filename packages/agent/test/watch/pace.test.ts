import fc from "fast-check";
import { expect, test } from "vitest";
import { POLL_TIMEOUT, nextTurn, retryDelay, seldomInterval } from "../../src/watch/pace.ts";

test("after a failure at once, then it backs off, and never beyond 2 s from try to try", () => {
  expect([1, 2, 3, 4, 21, 22, 23].map((failures) => retryDelay(failures, 100))).toEqual([
    0, 100, 200, 300, 2_000, 2_000, 2_000,
  ]);
  const anything = [fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 10, max: 60_000 })] as const;
  fc.assert(fc.property(...anything, (failures, poll) => retryDelay(failures, poll) <= 2_000));
  expect(POLL_TIMEOUT).toBeLessThan(2_000);
});

test("what does not press is looked at each fifth time, 5 s apart at most unless all looks are", () => {
  expect([10, 100, 1_000, 2_000, 60_000].map(seldomInterval)).toEqual([50, 500, 5_000, 5_000, 60_000]);
});

test("the first look that comes in between is not later than the others", () => {
  expect(nextTurn(2_500, 5_000, 3)).toBe(2_500);
  expect(nextTurn(2_500, 5_000, 2_500)).toBe(7_500);
});

test("the next look comes one turn later at most, whenever the last one began, and never for the same turn", () => {
  const anything = [fc.nat(60_000), fc.integer({ min: 50, max: 60_000 }), fc.nat(10_000_000)] as const;
  fc.assert(
    fc.property(...anything, (first, every, late) => {
      const gap = nextTurn(first, every, first + late) - (first + late);
      return gap > 0 && gap <= every * 1.02;
    }),
  );
  expect(nextTurn(0, 1_000, 2_999)).toBe(4_000);
});
