import { expect, test } from "vitest";
import { createPlan } from "../../src/drain/plan.ts";
import type { Notice } from "../../src/notice.ts";

const [MARGIN, STOP_TIMEOUT] = [10_000, 30_000];
const notice = (kind: Notice["kind"], action: Notice["action"] = null): Notice => ({
  kind,
  action,
  deadline: null,
  noticedAt: "2026-01-31T12:00:00.000Z",
  detail: null,
});

test.each([
  ["a warning ends the margin before its deadline", notice("interruption", "terminate"), 115_000, 105_000],
  ["stop is like terminate", notice("interruption", "stop"), 119_000, 109_000],
  ["never later than 110 s", notice("scheduled-event"), 86_400_000, 110_000],
  ["no deadline", notice("termination", "terminate"), null, 110_000],
  ["a deadline that is over still leaves a moment", notice("interruption", "terminate"), -4_000, 3_000],
  ["SIGTERM: the stop time-out less 2 s", notice("signal"), null, 28_000],
  ["ECS stops the task", notice("task-stop"), null, 28_000],
  ["a drill is like a warning", notice("drill"), 120_000, 110_000],
])("%s", (_, reason, left, end) => {
  const now = 7_000;
  const deadline = left === null ? Infinity : now + left;
  expect(createPlan({ now: () => now }, MARGIN, STOP_TIMEOUT)({ notice: reason, deadline })).toBe(now + end);
});

test("hibernation has begun: 2 s", () => {
  const heard = { notice: notice("interruption", "hibernate"), deadline: 100 };
  expect(createPlan({ now: () => 100 }, MARGIN, STOP_TIMEOUT)(heard)).toBe(2_100);
});

test("a stop time-out of a second or two is halved, not used up", () => {
  expect(createPlan({ now: () => 0 }, MARGIN, 2_000)({ notice: notice("signal"), deadline: Infinity })).toBe(1_000);
});
