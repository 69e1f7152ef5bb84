import { describe, expect, test } from "vitest";
import type { FailureKind } from "../../../src/aws/failure.ts";
import type { SnsCalls, SnsMessage } from "../../../src/aws/calls/sns.ts";
import { AwsFailure } from "../../../src/aws/failure.ts";
import { snsMessage } from "../../../src/notify/channels/sns.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import { testClock } from "../../enrich/support/clock.ts";
import { type Answer, testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { many, model, T0, told } from "../support/samples.ts";

const topicArn = "arn:aws:sns:eu-west-1:111122223333:alerts";

const FAILS: { readonly [A in Exclude<Answer, "ok" | "slow">]: readonly [FailureKind, retryable: boolean] } = {
  busy: ["throttled", true],
  broken: ["unavailable", true],
  reset: ["timed-out", true],
  denied: ["denied", false],
  gone: ["not-found", false],
};

const invalid = { kind: "invalid", retryable: false, retryAt: null, requestId: null } as const;
const tooLong = new AwsFailure(
  { ...invalid, service: "sns", operation: "Publish", awsCode: "InvalidParameter" },
  "Invalid parameter: Message too long",
);

/** SNS as strict as its documentation (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html). */
function fakeSns(takes = 262_144): SnsCalls & { taken: SnsMessage[]; answer: (how: Answer) => void } {
  const taken: SnsMessage[] = [];
  let how: Answer = "ok";
  return {
    taken,
    answer: (next) => (how = next),
    maximumMessageSize: () => Promise.resolve(takes),
    publish(at, topic, message) {
      expect(at).toEqual({ account: null, region: "eu-west-1" });
      expect(message.subject).toMatch(/^[\x21-\x7E][\x20-\x7E]{0,98}$/);
      const attributes = Object.entries(message.attributes).flat();
      if (Buffer.byteLength(message.body + attributes.join("")) > takes) return Promise.reject(tooLong);
      expect(attributes.every((text) => text !== "")).toBe(true);
      expect((message.deduplicationId === null) === !topic.endsWith(".fifo")).toBe(true);
      if (how === "slow") return new Promise<never>(() => {});
      if (how === "ok") {
        taken.push(message);
        return Promise.resolve({ messageId: `m-${taken.length}` });
      }
      const [kind, retryable] = FAILS[how];
      const fields = { service: "sns", operation: "Publish", awsCode: "Code", requestId: null };
      const retryAt = how === "busy" ? T0 + 7_000 : null;
      return Promise.reject(
        new AwsFailure({ kind, retryable, retryAt, ...fields }, "token=hush and the whole message"),
      );
    },
  };
}

testChannel("sns", () => {
  const sns = fakeSns();
  const clock = testClock(T0);
  const channel = channels.sns.create({ type: "sns", topicArn }, depsOf({ clock, sns }));
  return Promise.resolve({
    channel,
    received: () => sns.taken.map((message) => `${message.subject}\n${message.body}`),
    answer: (how) => sns.answer(how),
    secrets: ["hush"],
    mostBytes: 256 * 1024,
    close: () => Promise.resolve(),
  });
});

describe("sns", () => {
  test("the subject is ASCII of less than 100 characters", () => {
    const about = model([told("i-1", { name: `Zürich ${"x".repeat(200)}` })]);
    expect(snsMessage(about, false).subject).toBe(`[WARNING] i-1 (Z?rich ${"x".repeat(74)}...`);
    const ended = model([told("i-1", { body: { outcome: "cancelled" } })]);
    expect(snsMessage(ended, false).subject).toBe(
      "[ENDED] i-1 (web, m5.large) in eu-west-1b: not interrupted after all",
    );
  });

  test("attributes to filter by; none where nothing is known", () => {
    const about = model([told("i-1")]);
    expect(snsMessage(about, false).attributes).toEqual({
      severity: "warning",
      phase: "receipt",
      storm: "false",
      account: "111122223333",
      region: "eu-west-1",
    });
    const nowhere = { ...about, group: { account: null, region: null, cluster: null, group: null } };
    expect(Object.keys(snsMessage(nowhere, false).attributes)).toEqual(["severity", "phase", "storm"]);
  });

  test("a FIFO topic drops repetitions, and keeps one alert's messages in order", () => {
    const first = snsMessage(model([told("i-1")]), true);
    const again = snsMessage(model([told("i-1")], T0 + 60_000), true);
    const other = snsMessage(model(many(2)), true);
    expect(again.deduplicationId).toBe(first.deduplicationId);
    expect(other.deduplicationId).not.toBe(first.deduplicationId);
    expect(other.groupId).toBe(first.groupId);
    expect(first.deduplicationId).toMatch(/^[0-9a-f]{64}$/);
    expect(first.groupId).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each(["arn:aws:sqs:eu-west-1:111122223333:alerts", "alerts", "arn:aws:sns:eu-west-1:1111:alerts"])(
    "%s is no topic",
    (arn) => {
      const parsed = channels.sns.options.safeParse({ type: "sns", topicArn: arn });
      expect(parsed.error?.message).toContain("wants the ARN of an SNS topic");
    },
  );

  test("topics of other partitions and FIFO ones are", () => {
    for (const arn of ["arn:aws-cn:sns:cn-north-1:111122223333:a", `${topicArn}.fifo`])
      expect(channels.sns.options.safeParse({ type: "sns", topicArn: arn }).success).toBe(true);
  });
});

test.each([1_024, 4_096])("a topic that takes %i bytes gets what fits, and is asked for that once", async (takes) => {
  const sns = fakeSns(takes);
  let asked = 0;
  const counted: SnsCalls = {
    publish: sns.publish,
    maximumMessageSize(...args) {
      asked += 1;
      return sns.maximumMessageSize(...args);
    },
  };
  const channel = channels.sns.create({ type: "sns", topicArn }, depsOf({ clock: testClock(T0), sns: counted }));
  for (let n = 0; n < 2; n++)
    expect(await channel.send(model(many(300)), null, AbortSignal.timeout(5_000))).toMatchObject({ is: "sent" });
  expect(asked).toBe(1);
  expect(sns.taken[0]?.body).toMatch(/and \d+ more incidents, not shown here/);
});
