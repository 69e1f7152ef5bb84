import { expect, test } from "vitest";
import { ID, OTHER, T0, direct, envelope, iso, lifecycleDetail, only, read, sns, state, warning } from "./support.ts";

/** The numbers are those of docs/aws-facts.md. Facts 10 and 11 are correlation's, 12 to 14 and 16 concern calls to AWS. */

test("1: the warning has no termination time; instance metadata's `action` is not its field", () => {
  expect(only(warning({ time: iso(T0 + 1), action: "stop", "instance-action": "terminate" }))).toMatchObject({
    action: "terminate",
    deadline: T0 + 120_000,
  });
});

test.each([
  [`arn:aws:ec2:us-east-1b:instance/${ID}`, "us-east-1b"],
  [`arn:aws-cn:ec2:cn-north-1a:instance/${ID}`, "cn-north-1a"],
  [`arn:aws-us-gov:ec2:us-gov-west-1c:instance/${ID}`, "us-gov-west-1c"],
  [`arn:aws:ec2:us-west-2-lax-1a:instance/${ID}`, "us-west-2-lax-1a"],
  [`arn:aws:ec2:us-east-1-wl1-bos-wlz-1:instance/${ID}`, "us-east-1-wl1-bos-wlz-1"],
  [`arn:aws:ec2:us-east-1:123456789012:instance/${ID}`, null],
  ["arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:x", null],
  ["nonsense", null],
])("2: the zone of %s is %s", (arn, zone) => {
  expect(only(warning({}, { resources: [arn] }))).toMatchObject({ availabilityZone: zone, account: "123456789012" });
});

test("2: a zone names its region where the envelope does not, before the queue's", () => {
  const signal = only(warning({}, { region: undefined, account: undefined }), {
    region: "eu-west-1",
    account: "999999999999",
  });
  expect(signal).toMatchObject({ region: "us-east-1", account: "999999999999" });
});

test.each([
  `arn:aws:ec2:us-east-1b:instance/${OTHER}`,
  `arn:aws-cn:ec2:cn-north-1a:instance/${OTHER}`,
  `arn:aws:ec2:us-east-1:123456789012:instance/${OTHER}`,
])("2: %s is an instance's id too", (arn) => {
  expect(only(warning({ "instance-id": arn }))).toMatchObject({ subject: { id: OTHER } });
});

test("3: no key holds a time: the id of a message is its own, or of its content", () => {
  expect(only(warning()).id).toBe("12345678-1234-1234-1234-123456789012");
});

test("4: a recommendation's noticeTime is no deadline", () => {
  const detail = { "instance-id": ID, noticeTime: iso(T0 - 60_000) };
  expect(only(envelope("aws.ec2", "EC2 Instance Rebalance Recommendation", detail))).toMatchObject({
    deadline: null,
    at: T0,
  });
});

test("5: a hook does not tell a deadline", () => {
  expect(only(direct())).toMatchObject({ kind: "lifecycle-terminating", deadline: null, action: null });
});

test("6: a return to the warm pool keeps its destination", () => {
  expect(only(direct({ Destination: "WarmPool" }))).toMatchObject({
    lifecycle: { origin: "AutoScalingGroup", destination: "WarmPool" },
  });
});

test.each<[string, unknown]>([
  ["raw", warning()],
  ["SNS → SQS", sns(warning())],
  ["EventBridge → SNS → SNS → SQS", sns(sns(warning()))],
  ["SNS with its message as an object", { ...sns({}), Message: warning() }],
  ["SNS without a type", sns(warning(), { Type: undefined })],
  ["a string of JSON", JSON.stringify(JSON.stringify(warning()))],
  ["a detail that is a string", warning({}, { detail: JSON.stringify(warning()["detail"]) })],
  [
    "Lambda's records of SQS",
    { Records: [{ messageId: "1", body: JSON.stringify(warning()), eventSource: "aws:sqs" }] },
  ],
  ["Lambda's records of SNS", { Records: [{ EventSource: "aws:sns", Sns: sns(warning()) }] }],
  ["SQS's own messages", { Messages: [{ MessageId: "1", Body: JSON.stringify(sns(warning())) }] }],
  [
    "a record of SQS without its list",
    { messageId: "1", body: JSON.stringify(sns(warning())), eventSource: "aws:sqs" },
  ],
  ["a list of SQS's records, as EventBridge Pipes passes them", [{ messageId: "1", body: JSON.stringify(warning()) }]],
  ["a message of SQS without its list", { MessageId: "1", ReceiptHandle: "r", Body: JSON.stringify(warning()) }],
  ["a record of SNS without its list", { EventSource: "aws:sns", Sns: sns(warning()) }],
  ["a list", [warning()]],
  ["a byte order mark", `\uFEFF${JSON.stringify(warning())}`],
])("7: %s is unwrapped", (_, message) => {
  expect(only(message)).toMatchObject({
    kind: "spot-interruption",
    id: only(warning()).id,
    region: "us-east-1",
    deadline: T0 + 120_000,
  });
});

test("7: a subscription's confirmation is known and nothing", () => {
  const parsed = read({
    Type: "SubscriptionConfirmation",
    Message: "You have chosen to subscribe",
    TopicArn: "arn:aws:sns:eu-west-1:1:t",
  });
  expect(parsed).toEqual({ is: "ignored", reason: "unknown-event", detailType: "SubscriptionConfirmation" });
});

test("7: wrapped without end is rejected", () => {
  let message = JSON.stringify(warning());
  for (let layer = 0; layer < 10; layer++) message = JSON.stringify({ Message: message });
  expect(read(message)).toMatchObject({ is: "rejected", reason: "too-deep" });
});

test("7: many in one: their signals, and what is wrong with the others", () => {
  const parsed = read({
    Records: [{ body: JSON.stringify(warning()) }, { body: "nonsense" }, { body: JSON.stringify(state("stopped")) }],
  });
  expect(parsed).toMatchObject({ is: "signals", signals: [{ kind: "spot-interruption" }, { kind: "state-change" }] });
  expect(parsed).toMatchObject({ errors: [expect.stringContaining("not JSON")] });
  expect(read([{ x: 1 }, warning({ "instance-id": "" })])).toMatchObject({ is: "rejected", reason: "not-an-event" });
  expect(read([])).toMatchObject({ is: "rejected", reason: "empty" });
});

test("9: resources can be a string, missing, or anything", () => {
  expect(only(warning({}, { resources: `arn:aws:ec2:us-east-1a:instance/${OTHER}` }))).toMatchObject({
    availabilityZone: "us-east-1a",
  });
  for (const resources of [undefined, null, 7, {}, [], [[]], [null]]) {
    expect(only(warning({}, { resources }))).toMatchObject({ availabilityZone: null });
  }
});

test("15: what a hook sends to our own queue is told apart from what comes over the bus", () => {
  expect(only(direct())).toMatchObject({ lifecycle: { direct: true, hook: "graceful-shutdown-hook" } });
  expect(only(sns(direct()))).toMatchObject({ lifecycle: { direct: true } });
});

test.each([
  ["the bare detail of an event", lifecycleDetail],
  ["a detail that a transformer gave an account", { ...lifecycleDetail, AccountId: "123456789012" }],
  ["a detail with a request's id", { ...lifecycleDetail, AccountId: "123456789012", RequestId: "r-1" }],
  ["a notification without its request", direct({ RequestId: undefined })],
  ["a notification without its account", direct({ AccountId: "" })],
  ["a notification of something else", direct({ Service: "AWS CodeDeploy" })],
])("17: %s says nothing of whose hook it is", (_, message) => {
  expect(only(message)).toMatchObject({ kind: "lifecycle-terminating", lifecycle: { direct: false } });
  expect(only(sns(message))).toMatchObject({ lifecycle: { direct: false } });
});

test("17: a record without its list tells the queue too", () => {
  const eventSourceARN = "arn:aws:sqs:eu-west-3:111122223333:q";
  expect(only({ body: JSON.stringify(direct()), eventSourceARN })).toMatchObject({ region: "eu-west-3" });
});

test("17: without an envelope the region is the queue's, or the topic's it came through", () => {
  const from = { account: "999999999999", region: "eu-west-1" };
  expect(only(direct(), from)).toMatchObject({ region: "eu-west-1", account: "123456789012", at: T0, timeKnown: true });
  expect(only(direct({ AccountId: undefined }), from)).toMatchObject({ account: "999999999999" });
  expect(only(sns(direct()), from)).toMatchObject({ region: "eu-central-1" });
  expect(only(direct())).toMatchObject({ region: null });
});

test("a launching hook without the envelope", () => {
  expect(only(direct({ LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" }))).toMatchObject({
    kind: "lifecycle-launching",
    lifecycle: { transition: "launching", direct: true },
  });
  expect(read(direct({ LifecycleTransition: "autoscaling:EC2_INSTANCE_DANCING" }))).toMatchObject({
    reason: "bad-field",
  });
});

test("the test notification of a new hook or group", () => {
  const test = {
    AccountId: "123456789012",
    Service: "AWS Auto Scaling",
    Event: "autoscaling:TEST_NOTIFICATION",
    Time: iso(T0),
  };
  expect(read(test)).toEqual({ is: "ignored", reason: "test-notification", detailType: null });
  expect(read(sns(test))).toMatchObject({ reason: "test-notification" });
});

test.each(["TERMINATE", "TERMINATE_ERROR", "LAUNCH", "LAUNCH_ERROR"])(
  "a group's notification %s is no lifecycle action",
  (name) => {
    const message = { ...direct({ LifecycleTransition: undefined }), Event: `autoscaling:EC2_INSTANCE_${name}` };
    expect(read(message)).toEqual({ is: "ignored", reason: "not-lifecycle", detailType: null });
    expect(read({ ...direct(), Event: `autoscaling:EC2_INSTANCE_${name}` })).toMatchObject({ reason: "not-lifecycle" });
  },
);

test.each([
  ["aws.ec2", "EC2 Spot Instance Request Fulfillment"],
  ["aws.ec2", "constructor"],
  ["aws.ec2", "__proto__"],
  ["aws.ec2", 7],
  ["aws.ec2", null],
])("%s / %s is unknown, and counted", (source, name) => {
  expect(read(envelope(source, name as string, {}))).toMatchObject({ is: "ignored", reason: "unknown-event" });
});

test("an envelope that lost its source is still known by its detail-type", () => {
  expect(only(warning({}, { source: undefined }))).toMatchObject({ kind: "spot-interruption" });
});

test.each([
  ["nothing", "", "empty"],
  ["blanks", "  \n", "empty"],
  ["text", "not json", "not-json"],
  ["half an object", "{", "not-json"],
  ["null", "null", "not-an-event"],
  ["a number", "42", "not-an-event"],
  ["a truth", "true", "not-an-event"],
  ["a string of text", '"x"', "not-json"],
  ["an empty object", "{}", "not-an-event"],
  ["a detail alone", '{"detail":{"instance-id":"i-1234abcd"}}', "not-an-event"],
  ["SNS with text", '{"Message":"hello"}', "not-json"],
  ["SNS with nothing", '{"Message":null}', "not-an-event"],
  ["records without a body", '{"Records":[{}]}', "not-an-event"],
  ["open brackets", "[".repeat(100_000), "too-deep"],
  ["nested lists", `${"[".repeat(100)}${"]".repeat(100)}`, "too-deep"],
  ["five megabytes", `"${"x".repeat(5_000_000)}"`, "too-large"],
])("%s: rejected", (_, body, reason) => {
  expect(read(body)).toMatchObject({ is: "rejected", reason });
});

test("messages say what to do, and never echo a body", () => {
  const secret = "hunter2".repeat(20);
  for (const body of [secret, `{"password":"${secret}"}`, JSON.stringify(warning({ "instance-id": secret }))]) {
    const parsed = read(body);
    if (parsed.is !== "rejected") throw new Error("wanted a rejection");
    expect(parsed.message).not.toContain(secret);
    expect(parsed.message).toMatch(/(?:Look at|Check) what sends/);
    expect(parsed.message.length).toBeLessThan(400);
  }
});

test("an account as a number has its leading zeros back; what is no account is none", () => {
  expect(only(warning({}, { account: 12_345_678_901 }))).toMatchObject({ account: "012345678901" });
  expect(only(warning({}, { account: "me" }))).toMatchObject({ account: null });
});

test("duplicates have one id, wrapped or not; different messages have different ones", () => {
  const bare = warning({}, { id: undefined });
  expect(only(bare).id).toBe(only(sns(bare)).id);
  expect(only(direct()).id).toBe(only(sns(direct())).id);
  expect(only(direct()).id).not.toBe(only(direct({ EC2InstanceId: OTHER })).id);
  expect(only(direct()).id).toMatch(/^[0-9a-f]{32}$/);
  expect(only(warning({}, { id: "x".repeat(10_000) })).id).toHaveLength(32);
});

test("a time that cannot be read: what is known of the delay comes off", () => {
  const late = { receivedAt: T0 + 30_000, sentAt: T0 + 10_000 };
  expect(only(warning({}, { time: "yesterday" }), late)).toMatchObject({
    at: T0 + 10_000,
    timeKnown: false,
    deadline: T0 + 130_000,
  });
  expect(only(warning({}, { time: undefined }), { receivedAt: T0 })).toMatchObject({
    at: T0,
    timeKnown: false,
    deadline: T0 + 120_000,
  });
  // SNS took it before the queue did; a queue's clock ahead of ours gives no more time than there is.
  expect(only(sns(warning({}, { time: "?" })), late)).toMatchObject({ at: T0 + 1_000 });
  expect(only(warning({}, { time: null }), { receivedAt: T0, sentAt: T0 + 60_000 })).toMatchObject({ at: T0 });
  const record = {
    Records: [{ body: JSON.stringify(warning({}, { time: "?" })), attributes: { SentTimestamp: String(T0 + 2_000) } }],
  };
  expect(only(record, { receivedAt: T0 + 30_000 })).toMatchObject({ at: T0 + 2_000 });
});
