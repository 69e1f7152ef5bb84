import { expect, test } from "vitest";

import { createCallRecorder } from "../../src/call-recorder.ts";

test("the log keeps the last calls in order, and counts all", () => {
  const recorder = createCallRecorder(3);
  const made = {
    at: 0,
    account: "1",
    region: "r",
    service: "ecs",
    operation: "StopTask",
    mutating: true,
    input: {},
  } as const;
  for (let index = 1; index <= 5; index++) {
    const call = recorder.begin(made, (sequence) => `request-${sequence}`);
    expect(recorder.inFlight()).toBe(1);
    recorder.end(call, index === 4 ? "ServerException" : "ok", index !== 4, index);
  }
  expect(recorder.recent().map(({ sequence, requestId, endedAt }) => [sequence, requestId, endedAt])).toEqual([
    [3, "request-3", 3],
    [4, "request-4", 4],
    [5, "request-5", 5],
  ]);
  expect(recorder.counts()).toEqual({ "ecs:StopTask:ServerException": 1, "ecs:StopTask:ok": 4 });
  expect(recorder.inFlight()).toBe(0);
});
