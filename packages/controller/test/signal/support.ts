import type { Origin, Parsed, Signal } from "../../src/model/signal.ts";
import { parse } from "../../src/signal/parse.ts";

export const ID = "i-0abcdef1234567890";
export const OTHER = "i-1234abcd";
export const T0 = Date.UTC(2026, 10, 20, 12, 0, 0);
export const iso = (at: number): string => new Date(at).toISOString();

export const origin: Origin = { source: "sqs", account: null, region: null, sentAt: null, receivedAt: T0 + 5_000 };

export type Json = { readonly [key: string]: unknown };

/** An EventBridge event as AWS documents it; `over` replaces fields of the envelope. */
export function envelope(source: string, detailType: string, detail: unknown, over: Json = {}): Json {
  return {
    version: "0",
    id: "12345678-1234-1234-1234-123456789012",
    "detail-type": detailType,
    source,
    account: "123456789012",
    time: iso(T0),
    region: "us-east-1",
    resources: [`arn:aws:ec2:us-east-1b:instance/${ID}`],
    detail,
    ...over,
  };
}

export const warning = (detail: Json = {}, over: Json = {}): Json =>
  envelope(
    "aws.ec2",
    "EC2 Spot Instance Interruption Warning",
    { "instance-id": ID, "instance-action": "terminate", ...detail },
    over,
  );

export const state = (name: unknown, over: Json = {}): Json =>
  envelope("aws.ec2", "EC2 Instance State-change Notification", { "instance-id": ID, state: name }, over);

export const lifecycleDetail: Json = {
  LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
  AutoScalingGroupName: "my-asg",
  LifecycleHookName: "graceful-shutdown-hook",
  EC2InstanceId: ID,
  LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  NotificationMetadata: "additional-info",
  Origin: "AutoScalingGroup",
  Destination: "EC2",
};

/** What a hook sends to its own queue. */
export const direct = (over: Json = {}): Json => ({
  ...lifecycleDetail,
  AccountId: "123456789012",
  RequestId: "12345678-abcd",
  Service: "AWS Auto Scaling",
  Time: iso(T0),
  ...over,
});

export const sns = (inner: unknown, over: Json = {}): Json => ({
  Type: "Notification",
  MessageId: "m-1",
  TopicArn: "arn:aws:sns:eu-central-1:210987654321:topic",
  Message: typeof inner === "string" ? inner : JSON.stringify(inner),
  Timestamp: iso(T0 + 1_000),
  ...over,
});

export const read = (message: unknown, over: Partial<Origin> = {}): Parsed =>
  parse(typeof message === "string" ? message : JSON.stringify(message), { ...origin, ...over });

/** The only signal of a message; fails with the reason where there is none. */
export function only(message: unknown, over: Partial<Origin> = {}): Signal {
  const parsed = read(message, over);
  if (parsed.is !== "signals" || parsed.signals.length !== 1) throw new Error(JSON.stringify(parsed));
  const [signal] = parsed.signals;
  return signal!;
}
