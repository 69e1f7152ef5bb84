import { expect, test } from "vitest";
import { endOf } from "../../src/drain/drain-end.ts";
import { notice } from "./support/set.ts";

const [MARGIN, AFTER_STOP] = [10_000, 28_000];

test.each([
  ["a warning ends the margin before its deadline", notice("interruption"), 115_000, 105_000],
  ["stop is like terminate", notice("interruption", "stop"), 119_000, 109_000],
  ["never later than 110 s", notice("scheduled-event", null), 86_400_000, 110_000],
  ["no deadline", notice("termination"), null, 110_000],
  ["a deadline that is over still leaves a moment", notice("interruption"), -4_000, 3_000],
  ["SIGTERM has its own time", notice("signal", null), null, 28_000],
  ["ECS stops the task", notice("task-stop", null), null, 28_000],
  ["a drill is like a warning", notice("drill", null), 120_000, 110_000],
  ["hibernation has begun: 2 s", notice("interruption", "hibernate"), 0, 2_000],
])("%s", (_, reason, left, end) => {
  const now = 7_000;
  const deadline = left === null ? Infinity : now + left;
  expect(endOf({ notice: reason, deadline }, now, MARGIN, AFTER_STOP)).toBe(now + end);
});
