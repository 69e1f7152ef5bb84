import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { kinds } from "../../src/signal/index.ts";
import { ID, OTHER, T0, direct, envelope, iso, lifecycleDetail, only, read, state, warning } from "./support.ts";

const TASK = "arn:aws:ecs:us-east-1:111122223333:task/default/0123456789abcdef0123456789abcdef";

test("every kind has its file", () => {
  const files = readdirSync(new URL("../../src/signal/kinds", import.meta.url)).map((file) =>
    file.replace(/\.ts$/, ""),
  );
  expect(files.toSorted()).toEqual(Object.keys(kinds).toSorted());
});

test("every detail-type has one parser", () => {
  const names = Object.values(kinds).flatMap(({ events }) => events.map(([, detailType]) => detailType));
  expect(new Set(names).size).toBe(names.length);
});

test("spot interruption: two minutes from the event's time", () => {
  expect(only(warning())).toEqual({
    kind: "spot-interruption",
    id: "12345678-1234-1234-1234-123456789012",
    subject: { type: "instance", id: ID },
    account: "123456789012",
    region: "us-east-1",
    availabilityZone: "us-east-1b",
    at: T0,
    timeKnown: true,
    receivedAt: T0 + 5_000,
    source: "sqs",
    action: "terminate",
    deadline: T0 + 120_000,
  });
});

test.each([
  ["terminate", "terminate", T0 + 120_000],
  ["stop", "stop", T0 + 120_000],
  ["hibernate", "hibernate", T0],
  ["Hibernate ", "hibernate", T0],
  ["explode", null, T0 + 120_000],
  [undefined, null, T0 + 120_000],
  [7, null, T0 + 120_000],
])("spot interruption: action %j", (given, action, deadline) => {
  expect(only(warning({ "instance-action": given }))).toMatchObject({ action, deadline });
});

test("rebalance: its time is no deadline", () => {
  const message = envelope("aws.ec2", "EC2 Instance Rebalance Recommendation", { "instance-id": ID });
  expect(only(message)).toMatchObject({ kind: "rebalance", at: T0, deadline: null, action: null });
});

test.each(["pending", "running", "stopping", "stopped", "shutting-down", "terminated"])("state change: %s", (name) => {
  expect(only(state(name))).toMatchObject({ kind: "state-change", state: name, action: null, deadline: null });
});

test.each(["", "down", "TERMINATING", null, {}, ["stopped"], 16])("state change: %j is no state", (name) => {
  const parsed = read(state(name));
  expect(parsed).toMatchObject({ is: "rejected", reason: "bad-field" });
  expect(parsed).toMatchObject({ message: expect.stringMatching(/detail\.state is .*wanted: pending, running/) });
});

test.each([
  "EC2 Capacity Reservation Instance Interruption Warning",
  "EC2 Interruptible Capacity Reservation Instance Interruption Warning",
])("%s: the instant that it names", (name) => {
  const detail = { "instance-id": ID, "instance-action": "terminate", azId: "use1-az4" };
  const timed = { ...detail, "instance-termination-time": iso(T0 + 90_000) };
  const arn = { resources: `arn:aws:ec2:us-east-1:123456789012:instance/${ID}` };
  expect(only(envelope("aws.ec2", name, timed, arn))).toMatchObject({
    kind: "capacity-reservation-interruption",
    action: "terminate",
    availabilityZone: null,
    deadline: T0 + 90_000,
    timeKnown: true,
  });
  expect(only(envelope("aws.ec2", name, detail))).toMatchObject({ deadline: T0 + 120_000, timeKnown: false });
});

test.each([
  ["terminate", "terminating", "TERMINATING"],
  ["launch", "launching", "LAUNCHING"],
])("%s lifecycle action", (name, transition, word) => {
  const detail = { ...lifecycleDetail, LifecycleTransition: `autoscaling:EC2_INSTANCE_${word}` };
  const signal = only(envelope("aws.autoscaling", `EC2 Instance-${name} Lifecycle Action`, detail));
  expect(signal).toMatchObject({
    kind: `lifecycle-${transition}`,
    action: null,
    deadline: null,
    lifecycle: {
      group: "my-asg",
      hook: "graceful-shutdown-hook",
      token: lifecycleDetail["LifecycleActionToken"],
      transition,
      metadata: "additional-info",
      origin: "AutoScalingGroup",
      destination: "EC2",
      direct: false,
    },
  });
});

test("lifecycle action: older payloads have no origin, destination, metadata or token", () => {
  const { AutoScalingGroupName, LifecycleHookName, EC2InstanceId } = lifecycleDetail;
  const detail = { AutoScalingGroupName, LifecycleHookName, EC2InstanceId };
  const lifecycle = { origin: null, destination: null, metadata: null, token: null, transition: "terminating" };
  expect(only(envelope("aws.autoscaling", "EC2 Instance-terminate Lifecycle Action", detail))).toMatchObject({
    lifecycle,
  });
});

test("lifecycle action: a transition that contradicts the event is rejected", () => {
  const detail = { ...lifecycleDetail, LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" };
  const parsed = read(envelope("aws.autoscaling", "EC2 Instance-terminate Lifecycle Action", detail));
  expect(parsed).toMatchObject({ is: "rejected", reason: "bad-field" });
});

test.each(["LifecycleHookName", "AutoScalingGroupName"])("lifecycle action: cannot be answered without %s", (field) => {
  const parsed = read(direct({ [field]: undefined }));
  expect(parsed).toMatchObject({ is: "rejected", reason: "bad-field", message: expect.stringContaining(field) });
});

test.each([
  ["Launch Successful", "launch-result", true],
  ["Launch Unsuccessful", "launch-result", false],
  ["Terminate Successful", "termination-result", true],
  ["Terminate Unsuccessful", "termination-result", false],
])("EC2 Instance %s", (name, kind, ok) => {
  const detail = {
    StatusCode: "InProgress",
    Description: "Launching a new EC2 instance",
    AutoScalingGroupName: "my-asg",
    Details: { "Availability Zone": "us-east-1d", "Subnet ID": "subnet-1" },
    EC2InstanceId: ID,
    StatusMessage: "",
    Cause: "a user request",
  };
  const message = envelope("aws.autoscaling", `EC2 Instance ${name}`, detail, { resources: [] });
  expect(only(message)).toMatchObject({
    kind,
    ok,
    group: "my-asg",
    cause: "a user request",
    availabilityZone: "us-east-1d",
  });
});

test("a launch that failed without an instance is nothing to act on; a mangled id is an error", () => {
  const failed = (id: unknown): unknown =>
    envelope("aws.autoscaling", "EC2 Instance Launch Unsuccessful", {
      AutoScalingGroupName: "my-asg",
      EC2InstanceId: id,
    });
  expect(read(failed(""))).toMatchObject({ is: "ignored", reason: "not-actionable" });
  expect(read(failed(undefined))).toMatchObject({ is: "ignored", reason: "not-actionable" });
  expect(read(failed("i-xyz"))).toMatchObject({ is: "rejected", reason: "no-instance-id" });
});

const fargate = (over: object = {}, outer: { readonly [key: string]: unknown } = {}): unknown =>
  envelope(
    "aws.ecs",
    "ECS Task State Change",
    {
      taskArn: TASK,
      clusterArn: "arn:aws:ecs:us-east-1:111122223333:cluster/default",
      group: "service:checkout",
      launchType: "FARGATE",
      capacityProviderName: "FARGATE_SPOT",
      availabilityZone: "us-east-1c",
      lastStatus: "RUNNING",
      desiredStatus: "STOPPED",
      stopCode: "SpotInterruption",
      stoppedReason: "Your Spot Task was interrupted.",
      stoppingAt: "2026-11-20T12:00:10.250Z",
      attachments: [
        {
          id: "1",
          type: "eni",
          status: "ATTACHED",
          details: [
            { name: "macAddress", value: "x" },
            { name: "privateIPv4Address", value: "10.0.1.7" },
          ],
        },
      ],
      ...over,
    },
    { resources: [TASK], ...outer },
  );

test.each(["SpotInterruption", "TerminationNotice"])(
  "Fargate Spot: %s stops a task, 30 s after it begins to stop",
  (stopCode) => {
    expect(only(fargate({ stopCode }))).toMatchObject({
      kind: "fargate-spot-stop",
      subject: { type: "task", id: TASK },
      account: "111122223333",
      region: "us-east-1",
      availabilityZone: "us-east-1c",
      action: "terminate",
      deadline: T0 + 10_250 + 30_000,
      clusterArn: "arn:aws:ecs:us-east-1:111122223333:cluster/default",
      service: "checkout",
      privateAddresses: ["10.0.1.7"],
      stoppedReason: "Your Spot Task was interrupted.",
      lastStatus: "RUNNING",
    });
  },
);

test("Fargate Spot: before the task began to stop the event's own time counts", () => {
  expect(only(fargate({ stoppingAt: undefined }))).toMatchObject({ deadline: T0 + 30_000 });
});

test("Fargate Spot: without its cluster's ARN, the cluster is the one in the task's", () => {
  expect(only(fargate({ clusterArn: undefined }))).toMatchObject({
    clusterArn: "arn:aws:ecs:us-east-1:111122223333:cluster/default",
  });
  const taskArn = "arn:aws:ecs:us-east-1:123456789012:task/b99d40b3-5176-4f71-9a52-9dbd6f1cebef";
  expect(read(fargate({ clusterArn: undefined, taskArn }))).toMatchObject({ is: "rejected", reason: "bad-field" });
});

test("Fargate Spot: a task of no service, and without an attachment, has its container's address", () => {
  const containers = [{ networkInterfaces: [{ attachmentId: "a", privateIpv4Address: "10.0.1.8" }] }];
  const signal = only(fargate({ group: "family:job", attachments: "none", containers }));
  expect(signal).toMatchObject({ service: null, privateAddresses: ["10.0.1.8"] });
});

const eni = (...details: readonly { name: string; value: string }[]) => [
  { id: "a", type: "elb", status: "ATTACHED", details: [] },
  { id: "b", type: "eni", status: "ATTACHED", details: [{ name: "macAddress", value: "0e:1" }, ...details] },
];
const IPV6 = "2406:da12::1";

test.each([
  ["in its attachment", { attachments: eni({ name: "ipv6Address", value: IPV6 }) }, [IPV6]],
  [
    "as its containers see it",
    { attachments: eni(), containers: [{ networkInterfaces: [{ ipv6Address: IPV6 }] }] },
    [IPV6],
  ],
  [
    "beside an IPv4 address",
    { attachments: eni({ name: "privateIPv4Address", value: "10.0.1.7" }, { name: "ipv6Address", value: IPV6 }) },
    ["10.0.1.7", IPV6],
  ],
  ["nowhere", { attachments: eni(), containers: [] }, []],
])("Fargate Spot: an IPv6 address, %s", (_where, over, privateAddresses) => {
  expect(only(fargate(over))).toMatchObject({ privateAddresses });
});

test("a Spot stop of a task on an ECS Managed Instance is its instance's, which ECS drains itself", () => {
  const over = { launchType: "MANAGED_INSTANCES", capacityProviderName: "managed-spot", containerInstanceArn: "arn:c" };
  expect(read(fargate(over))).toMatchObject({ is: "ignored", reason: "managed-instance" });
});

test.each([{ stopCode: "UserInitiated" }, { stopCode: undefined }, { launchType: "EC2" }])(
  "Fargate Spot: %j is no Spot stop",
  (over) => expect(read(fargate(over))).toMatchObject({ is: "ignored", reason: "not-spot-stop" }),
);

test.each(["", "task/1", `${TASK}#1`, "arn:aws:ec2:us-east-1:1:instance/i-1"])(
  "Fargate Spot: %j is no task",
  (taskArn) => {
    expect(read(fargate({ taskArn }))).toMatchObject({ is: "rejected", reason: "no-task-arn" });
  },
);

const container = (over: object = {}): unknown =>
  envelope("aws.ecs", "ECS Container Instance State Change", {
    ec2InstanceId: ID,
    clusterArn: "arn:aws:ecs:us-east-1:123456789012:cluster/default",
    containerInstanceArn: "arn:aws:ecs:us-east-1:123456789012:container-instance/default/abc",
    status: "DRAINING",
    agentConnected: true,
    attributes: [
      { name: "ecs.os-type", value: "linux" },
      { name: "ecs.availability-zone", value: "us-east-1a" },
    ],
    ...over,
  });

test("container instance: where an instance belongs", () => {
  expect(only(container())).toMatchObject({
    kind: "container-instance-change",
    subject: { id: ID },
    status: "DRAINING",
    agentConnected: true,
    availabilityZone: "us-east-1a",
  });
  expect(only(container({ agentConnected: "false" }))).toMatchObject({ agentConnected: false });
  expect(only(container({ agentConnected: undefined }))).toMatchObject({ agentConnected: null });
});

test.each(["mi-0123456789abcdef0", undefined])("container instance: external %j is none of EC2's", (ec2InstanceId) => {
  expect(read(container({ ec2InstanceId }))).toMatchObject({ is: "ignored", reason: "not-ec2" });
});

test.each([
  [ID, true],
  [OTHER, true],
  [` ${ID} `, true],
  [`arn:aws-cn:ec2:cn-north-1:123456789012:instance/${ID}`, true],
  ["", false],
  [undefined, false],
  [null, false],
  [12, false],
  [{}, false],
  [[], false],
  ["i-", false],
  ["i-0abcdef123456789", true],
  ["i-0abcdef12345678901", true],
  ["i-0abcde", false],
  [`i-${"0".repeat(33)}`, false],
  ["i-0ABCDEF1234567890", false],
  ["mi-0abcdef1234567890", false],
  ["i-0abcdef1234567890; rm -rf /", false],
  ["i-0abcdef123456789g", false],
])("instance id %j: %s", (id, valid) => {
  const parsed = read(warning({ "instance-id": id }));
  if (valid) expect(parsed.is).toBe("signals");
  else
    expect(parsed).toMatchObject({
      is: "rejected",
      reason: "no-instance-id",
      message: expect.stringContaining("instance-id"),
    });
});

test.each([
  [undefined, "detail is missing; wanted: an object"],
  [[], "detail is a list; wanted: an object"],
  ["nonsense", 'detail is "nonsense"; wanted: an object'],
])("a detail that is %j is named in words", (detail, message) => {
  expect(read(warning({}, { detail }))).toMatchObject({ is: "rejected", message: expect.stringContaining(message) });
});

test("what the agent on an instance tells is of the same kind, and says whose view it is", () => {
  expect(only({ ...warning(), source: "spotkeeper.agent" })).toEqual({ ...only(warning()), source: "agent" });
  expect(read({ ...warning(), source: "somebody.else" })).toMatchObject({ is: "rejected", reason: "untrusted-source" });
});

test("what an agent says of its work, at the latest when it was heard", () => {
  const event = (over: object) =>
    envelope("spotkeeper.agent", "Agent State-change Notification", {
      "instance-id": ID,
      agent: "0a1b2c3d",
      sequence: 2,
      state: "done",
      because: "termination",
      outcome: "drained",
      ...over,
    });
  expect(only(event({}))).toMatchObject({
    kind: "agent-state",
    at: T0,
    source: "agent",
    agent: "0a1b2c3d",
    sequence: 2,
    state: "done",
    because: "termination",
    outcome: "drained",
  });
  expect(only({ ...event({}), time: iso(T0 + 330_000) })).toMatchObject({ at: T0 + 5_000 });
  expect(only(event({ sequence: "3", because: null, outcome: undefined }))).toMatchObject({
    sequence: 3,
    because: null,
  });
  for (const over of [{ sequence: -1 }, { sequence: 0.5 }, { agent: "" }, { state: "asleep" }, { "instance-id": "x" }])
    expect(read(event(over))).toMatchObject({ is: "rejected", message: expect.stringContaining("detail.") });
});

test("a notice that an agent saw go is a signal of its own", () => {
  const event = (resumed: unknown) =>
    envelope("spotkeeper.agent", "Spot Notice Withdrawn", { "instance-id": ID, resumed });
  expect(only(event(true))).toMatchObject({ kind: "notice-withdrawn", at: T0, source: "agent", resumed: true });
  expect(read(event("yes"))).toMatchObject({ is: "rejected", message: expect.stringContaining("detail.resumed") });
});
