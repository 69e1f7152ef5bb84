import fc from "fast-check";
import { expect, test } from "vitest";
import { LOOK, pace } from "../../src/watch/pace.ts";

test("while all is well looks come at the poll", () => {
  expect(pace(-1, 1_000, 0.3)).toBe(1_000);
});

test("failures back off, and never beyond 2 s from try to try", () => {
  expect(pace(0, 100, 0.3)).toBe(100);
  expect([1, 2, 3, 4, 5, 6].map((failures) => pace(failures, 100, 1))).toEqual([200, 400, 800, 1_600, 2_000, 2_000]);
  const anything = [
    fc.integer({ min: 0, max: 1_000 }),
    fc.integer({ min: 10, max: 60_000 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ] as const;
  fc.assert(fc.property(...anything, (failures, poll, random) => pace(failures, poll, random) <= 2_000));
  expect(LOOK).toBeLessThan(2_000);
});
