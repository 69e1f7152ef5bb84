import { expect, test } from "vitest";
import { evidence, lastFailedLaunch } from "../../src/respond/failed-launch.ts";
import type { Context } from "../../src/respond/responder.ts";

test("incidents that ask for a group's failed launches within a minute ask the same, and are told AWS's words, of a launch only", async () => {
  const asked: number[] = [];
  const at = (now: number): Context =>
    ({
      now,
      deadline: now + 1_000,
      doc: { kind: "incident", body: { account: null, region: "eu-west-1" } },
      aws: {
        autoScaling: {
          activities: (_at: unknown, _name: string, since: number) => {
            asked.push(since);
            return Promise.resolve([
              {
                id: "2",
                status: "Failed",
                statusMessage: "The instance was retained.",
                description: "Terminating EC2 instance: i-0a",
              },
              {
                id: "1",
                status: "Failed",
                statusMessage: "no capacity",
                description: "Launching a new EC2 instance.  Status Reason: no capacity",
              },
            ]);
          },
        },
      },
    }) as unknown as Context;
  const noon = Date.UTC(2026, 0, 1, 12);
  for (const now of [noon, noon + 1_234, noon + 59_999]) {
    expect(evidence(await lastFailedLaunch("web", at(now)))).toBe("; a launch failed: no capacity");
  }
  expect(new Set(asked)).toEqual(new Set([noon - 900_000]));
});
