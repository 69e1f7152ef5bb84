export const ID = "i-0abcdef1234567890";
export const T0 = Date.UTC(2026, 10, 20, 12, 0, 0);
export const iso = (at: number): string => new Date(at).toISOString();
export const TASK = "arn:aws:ecs:us-east-1:111122223333:task/default/0123456789abcdef0123456789abcdef";

type Json = { readonly [key: string]: unknown };
let count = 0;

/** An EventBridge event; each has an id of its own. */
export const event = (source: string, detailType: string, detail: Json, over: Json = {}): Json => ({
  version: "0",
  id: `00000000-0000-0000-0000-${String(++count).padStart(12, "0")}`,
  "detail-type": detailType,
  source,
  account: "111122223333",
  time: iso(T0),
  region: "us-east-1",
  resources: [`arn:aws:ec2:us-east-1b:instance/${ID}`],
  detail,
  ...over,
});

export const warning = (over: Json = {}, detail: Json = {}): Json =>
  event(
    "aws.ec2",
    "EC2 Spot Instance Interruption Warning",
    { "instance-id": ID, "instance-action": "terminate", ...detail },
    over,
  );
export const rebalance = (over: Json = {}): Json =>
  event("aws.ec2", "EC2 Instance Rebalance Recommendation", { "instance-id": ID }, over);
export const state = (name: string, over: Json = {}): Json =>
  event("aws.ec2", "EC2 Instance State-change Notification", { "instance-id": ID, state: name }, over);
export const lifecycle = (name: "terminate" | "launch", over: Json = {}): Json =>
  event(
    "aws.autoscaling",
    `EC2 Instance-${name} Lifecycle Action`,
    {
      LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
      AutoScalingGroupName: "web",
      LifecycleHookName: "graceful-shutdown-hook",
      EC2InstanceId: ID,
      LifecycleTransition: `autoscaling:EC2_INSTANCE_${name === "terminate" ? "TERMINATING" : "LAUNCHING"}`,
    },
    over,
  );
export const result = (name: string): Json =>
  event("aws.autoscaling", `EC2 Instance ${name}`, { AutoScalingGroupName: "web", EC2InstanceId: ID, Cause: "x" });
export const scheduled = (over: Json = {}): Json =>
  event("aws.health", "AWS Health Event", {
    eventArn: "arn:aws:health:us-east-1::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/1",
    service: "EC2",
    eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
    eventTypeCategory: "scheduledChange",
    startTime: new Date(T0 + 86_400_000).toUTCString(),
    affectedEntities: [{ entityValue: ID }, { entityValue: "i-1234abcd" }],
    ...over,
  });
export const capacity = (): Json =>
  event("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning", {
    "instance-id": ID,
    "instance-action": "terminate",
    "instance-termination-time": iso(T0 + 90_000),
  });
export const block = (): Json =>
  event(
    "aws.ec2",
    "Capacity Block Expiration Warning",
    { "capacity-reservation-id": "cr-0123456789abcdef0" },
    { resources: ["arn:aws:ec2:us-east-1:111122223333:capacity-reservation/cr-0123456789abcdef0"] },
  );

export const fargate = (): Json =>
  event(
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
      stoppingAt: iso(T0),
    },
    { resources: [TASK] },
  );
export const container = (): Json =>
  event("aws.ecs", "ECS Container Instance State Change", {
    ec2InstanceId: ID,
    clusterArn: "arn:aws:ecs:us-east-1:111122223333:cluster/default",
    containerInstanceArn: "arn:aws:ecs:us-east-1:111122223333:container-instance/default/abc",
    status: "ACTIVE",
    agentConnected: true,
  });
/** An EC2 Fleet scales down. */
export const fleet = (): Json =>
  event(
    "aws.ec2fleet",
    "EC2 Fleet Instance Change",
    { "instance-id": ID, "sub-type": "termination_notified" },
    { resources: ["arn:aws:ec2:us-east-1:111122223333:fleet/fleet-598fb973-87b7-422d-be4d-6b0809bfff0a"] },
  );

/** What an agent on an instance tells of itself. */
export const agentSays = (state = "draining", more: Json = {}): Json =>
  event("spotkeeper.agent", "Agent State-change Notification", {
    "instance-id": ID,
    agent: "0a1b2c3d",
    sequence: state === "done" ? 2 : 1,
    state,
    because: "termination",
    ...more,
  });

export const withdrawn = (): Json =>
  event("spotkeeper.agent", "Spot Notice Withdrawn", { "instance-id": ID, resumed: true });
