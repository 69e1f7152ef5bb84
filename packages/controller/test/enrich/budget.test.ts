import { expect, test } from "vitest";
import { allowance, createBudget } from "../../src/enrich/look-up/budget.ts";
import { testClock } from "./support/clock.ts";

test("10 for one, 45 for 100", () => {
  expect([1, 2, 50, 100].map(allowance)).toEqual([10, 10, 27, 45]);
});

test("extras fill up what enrichment left, and a minute later there is room again", () => {
  const clock = testClock();
  const budget = createBudget(clock);
  budget.interrupted("i-1");
  budget.interrupted("i-1");
  budget.spent(7);
  expect([budget.takeExtra(), budget.takeExtra(), budget.takeExtra(), budget.takeExtra()]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  for (let n = 2; n <= 100; n++) budget.interrupted(`i-${n}`);
  let extras = 0;
  while (budget.takeExtra()) extras++;
  expect(extras).toBe(35);
  clock.jump(61_000);
  budget.interrupted("i-200");
  extras = 0;
  while (budget.takeExtra()) extras++;
  expect(extras).toBe(10);
});
