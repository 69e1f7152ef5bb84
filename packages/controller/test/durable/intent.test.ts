import { expect, test } from "vitest";
import { intend, whenNoResult } from "../../src/durable/intent.ts";

test("an intent keeps what is known of its task, and is nobody's business before its call is over", () => {
  const task = { state: "waiting", attempts: 2, retryAt: 5, reason: "busy" };
  expect(intend(task, 100, 10)).toEqual({ state: "intended", attempts: 2, retryAt: 110, reason: "busy" });
});

test("what nobody heard of is repeated, looked up or given up, by what a repetition does", () => {
  expect((["safe", "token", "verify", "at-most-once"] as const).map(whenNoResult)).toEqual([
    "repeat",
    "repeat",
    "verify",
    "give-up",
  ]);
});
