import { expect, test } from "vitest";
import { parse } from "../../src/signal/parse.ts";
import { envelope, ID, type Json, lifecycleDetail, origin } from "./support.ts";

const NAME = "EC2 Spot Instance Interruption Warning";
const warning = (source: string): Json => envelope(source, NAME, { "instance-id": ID, "instance-action": "terminate" });

/** As a pipe from a queue puts it on a bus. */
const piped = (inner: unknown = warning("aws.ec2")): Json => ({
  ...envelope("Pipe SpotPipe", "Event from aws:sqs", {
    messageId: "m",
    body: inner,
    attributes: { SentTimestamp: "1796025600000" },
    eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:q",
  }),
});

test.each([
  ["under the forwarder's source", warning("my.forwarder"), "my.forwarder"],
  ["in the detail of a pipe's event", piped(), "Pipe SpotPipe"],
  ["in it as a text", piped(JSON.stringify(warning("aws.ec2"))), "Pipe SpotPipe"],
  ["the whole event as the detail", envelope("my.forwarder", "forwarded", warning("aws.ec2")), "my.forwarder"],
])("an event %s: kept where nobody trusts it, heard where it is named", (_what, message, source) => {
  const body = JSON.stringify(message);
  const kept = parse(body, origin);
  expect(kept).toMatchObject({ is: "rejected", reason: "untrusted-source" });
  expect(JSON.stringify(kept)).toContain("sources.trusted");
  expect(parse(body, origin, ["another"])).toMatchObject({ is: "rejected", reason: "untrusted-source" });
  const heard = parse(body, origin, ["another", source]);
  expect(heard).toMatchObject({ is: "signals", signals: [{ kind: "spot-interruption", subject: { id: ID } }] });
});

test.each([
  ["as a text", JSON.stringify],
  ["as an object", (hook: Json): unknown => hook],
  ["in SNS's wrapping", (hook: Json): unknown => ({ Type: "Notification", Message: JSON.stringify(hook) })],
])(
  "what a hook sent itself, in a pipe's event %s: kept where nobody trusts it, ours where it is named",
  (_what, wrap) => {
    const hook = {
      Service: "AWS Auto Scaling",
      AccountId: "111122223333",
      RequestId: "r-1",
      ...lifecycleDetail,
    };
    const body = JSON.stringify(piped(wrap(hook)));
    expect(parse(body, origin)).toMatchObject({ is: "rejected", reason: "untrusted-source" });
    expect(parse(body, origin, ["Pipe SpotPipe"])).toMatchObject({
      is: "signals",
      signals: [{ kind: "lifecycle-terminating", region: "eu-west-1", lifecycle: { direct: true } }],
    });
  },
);

test("evidence under another source is kept as well", () => {
  const event = envelope("my.forwarder", "ECS Service Action", { eventName: "SERVICE_STEADY_STATE" });
  expect(parse(JSON.stringify(event), origin)).toMatchObject({ is: "rejected", reason: "untrusted-source" });
});

test("what is none of AWS's events is ignored, whoever sends it", () => {
  const other = envelope("my.shop", "Order placed", { body: "x", Message: "y", Records: [{ body: "{}" }] });
  expect(parse(JSON.stringify(other), origin)).toMatchObject({ is: "ignored", reason: "unknown-event" });
});

test.each([
  "EC2 Interruptible Capacity Reservation Allocation Reclamation Completed",
  "EC2 Capacity Reservation Allocation Reclamation Completed",
  "EC2 Capacity Reservation Interruptible Reclamation Complete",
  "Capacity Block Delivered",
  "Capacity Block Reservation Delivered",
])("%s is known, and nothing is to be done", (name) => {
  const event = envelope("aws.ec2", name, { "source-capacity-reservation-id": "cr-0123456789abcdef0" });
  expect(parse(JSON.stringify(event), origin)).toEqual({ is: "ignored", reason: "not-actionable", detailType: name });
});
