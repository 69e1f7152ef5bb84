import { describe, expect, test } from "vitest";
import type { BusEvent, EventBridgeCalls } from "../../../src/aws/calls/event-bridge.ts";
import type { FailureKind } from "../../../src/aws/failure.ts";
import { AwsFailure } from "../../../src/aws/failure.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import type { AlertJson } from "../../../src/notify/render/json.ts";
import { testClock } from "../../enrich/support/clock.ts";
import { type Answer, testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { many, model, T0, told } from "../support/samples.ts";

const eventBusArn = "arn:aws:events:eu-west-1:111122223333:event-bus/alerts";

const FAILS: { readonly [A in Exclude<Answer, "ok" | "slow">]: readonly [FailureKind, retryable: boolean] } = {
  busy: ["throttled", true],
  broken: ["unavailable", true],
  reset: ["timed-out", true],
  denied: ["denied", false],
  gone: ["not-found", false],
};

/** As strict as https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html. */
function fakeBus(): { put: EventBridgeCalls["put"]; taken: BusEvent[]; answer: (how: Answer) => void } {
  const taken: BusEvent[] = [];
  let how: Answer = "ok";
  return {
    taken,
    answer: (next) => (how = next),
    put(at, bus, event) {
      expect(at).toEqual({ account: null, region: "eu-west-1" });
      expect(bus).toBe(eventBusArn);
      expect(event.source).not.toMatch(/^aws\./);
      expect(event.detailType.length).toBeLessThanOrEqual(128);
      expect(JSON.parse(event.detail)).toBeTypeOf("object");
      const size = [event.source, event.detailType, event.detail, ...event.resources].join("");
      expect(Buffer.byteLength(size)).toBeLessThanOrEqual(262_144);
      if (how === "slow") return new Promise<never>(() => {});
      if (how === "ok") return Promise.resolve({ eventId: `e-${taken.push(event)}` });
      const [kind, retryable] = FAILS[how];
      const fields = { service: "events", operation: "PutEvents", awsCode: "Code", requestId: null };
      const retryAt = how === "busy" ? T0 + 7_000 : null;
      return Promise.reject(new AwsFailure({ kind, retryable, retryAt, ...fields }, "token=hush and the event"));
    },
  };
}

testChannel("eventbridge", () => {
  const bus = fakeBus();
  const deps = depsOf({ clock: testClock(T0), eventBridge: bus });
  return Promise.resolve({
    channel: channels.eventbridge.create({ type: "eventbridge", eventBusArn }, deps),
    received: () => bus.taken.map(({ detail }) => detail),
    answer: (how) => bus.answer(how),
    secrets: ["hush"],
    mostBytes: 256 * 1024,
    close: () => Promise.resolve(),
  });
});

describe("eventbridge", () => {
  test("an event says what it is by its type, and has the webhook's JSON as detail", async () => {
    const bus = fakeBus();
    const deps = depsOf({ clock: testClock(T0), eventBridge: bus });
    const channel = channels.eventbridge.create({ type: "eventbridge", eventBusArn }, deps);
    const ended = { body: { outcome: "drained", drainedAt: T0 + 79_000 } } as const;
    for (const about of [model(many(2)), model([told("i-1", ended)])])
      await channel.send(about, null, AbortSignal.timeout(5_000));
    expect(bus.taken).toMatchObject([
      {
        source: "spotkeeper",
        detailType: "Spot Interruption Alert",
        resources: ["arn:aws:ecs:eu-west-1:111122223333:cluster/prod"],
      },
      { source: "spotkeeper", detailType: "Spot Interruption Outcome" },
    ]);
    const detail = JSON.parse(bus.taken[0]?.detail ?? "") as AlertJson;
    expect(detail).toMatchObject({ schema: "spotkeeper.alert/1", phase: "receipt", memberCount: 2 });
  });

  test.each(["alerts", "arn:aws:sns:eu-west-1:111122223333:alerts"])("%s is no event bus", (wrong) => {
    const parsed = channels.eventbridge.options.safeParse({ type: "eventbridge", eventBusArn: wrong });
    expect(parsed.error?.message).toContain("wants the ARN of an event bus");
  });
});
