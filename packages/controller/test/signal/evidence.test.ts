import { describe, expect, test } from "vitest";
import { envelope, ID, type Json, only, read, T0 } from "./support.ts";

describe("fleet-change", () => {
  const fleet = (source: string, detailType: string, arn: unknown, detail: Json): Json =>
    envelope(source, detailType, detail, { resources: arn });
  const EC2 = "arn:aws:ec2:us-east-1:123456789012:fleet/fleet-598fb973-87b7-422d-be4d-6b0809bfff0a";
  const SPOT = "arn:aws:ec2:us-east-1:123456789012:spot-fleet-request/sfr-c8a764a4-bedc-4b62-af9c-0095e6e3ba61";
  const launched = {
    "instance-id": ID,
    description: '{"instanceType":"r4.2xlarge","availabilityZone":"us-east-1c"}',
    "sub-type": "launched",
  };

  test.each([
    ["aws.ec2fleet", "EC2 Fleet Instance Change", EC2, { type: "ec2-fleet", id: EC2.split("/")[1] }],
    ["aws.ec2spotfleet", "EC2 Spot Fleet Instance Change", [SPOT], { type: "spot-fleet", id: SPOT.split("/")[1] }],
  ])("%s says of which fleet an instance is, and where", (source, detailType, arn, expected) => {
    expect(only(fleet(source, detailType, arn, launched))).toMatchObject({
      kind: "fleet-change",
      subject: { type: "instance", id: ID },
      fleet: expected,
      change: "launched",
      availabilityZone: "us-east-1c",
    });
  });

  test("a termination that a fleet notifies names no instant", () => {
    const detail = { "instance-id": ID, "sub-type": "termination_notified" };
    const signal = only(fleet("aws.ec2fleet", "EC2 Fleet Instance Change", [EC2], detail));
    expect(signal).toMatchObject({ change: "termination_notified", deadline: null });
  });

  test.each([[{ ...launched, "sub-type": "exploded" }], [{ ...launched, "instance-id": "fleet-1" }]])(
    "%j is rejected",
    (detail) => {
      expect(read(fleet("aws.ec2fleet", "EC2 Fleet Instance Change", [EC2], detail)).is).toBe("rejected");
    },
  );

  test("without a fleet nothing is learnt", () => {
    expect(read(fleet("aws.ec2fleet", "EC2 Fleet Instance Change", ["?"], launched)).is).toBe("ignored");
  });

  test.each([
    ["aws.ec2fleet", "EC2 Fleet Error", EC2, "spotInstanceCountLimitExceeded", true],
    ["aws.ec2spotfleet", "EC2 Spot Fleet Information", SPOT, "launchSpecUnusable", true],
    ["aws.ec2spotfleet", "EC2 Spot Fleet Information", SPOT, "fleetProgress", false],
    ["aws.ec2fleet", "EC2 Fleet State Change", EC2, "active", false],
  ])("%s %s: %s, %s, is evidence: %s", (source, detailType, arn, subType, counts) => {
    const parsed = read(fleet(source, detailType, [arn], { "sub-type": subType, description: "why it is so" }));
    const evidence = { about: { id: arn.split("/")[1] }, said: `${subType}: why it is so`, at: T0 };
    expect(parsed).toMatchObject(counts ? { reason: "evidence", evidence } : { reason: "unknown-event" });
  });
});

describe("ECS Service Action", () => {
  const CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/shop";
  const action = (detail: Json, arn = "arn:aws:ecs:us-east-1:123456789012:service/shop/checkout"): Json =>
    envelope("aws.ecs", "ECS Service Action", { clusterArn: CLUSTER, ...detail }, { resources: [arn] });
  const about = { type: "service", clusterArn: CLUSTER, name: "checkout" };
  const unplaced = { eventName: "SERVICE_TASK_PLACEMENT_FAILURE", reason: "RESOURCE:FARGATE" };

  test.each([
    [unplaced, "its tasks cannot be placed (RESOURCE:FARGATE)"],
    [{ eventName: "SERVICE_TASK_START_IMPAIRED" }, "its tasks do not start"],
    [{ eventName: "SERVICE_STEADY_STATE" }, null],
  ])("%j says why replacements do not come", (detail, said) => {
    expect(read(action(detail))).toMatchObject({ reason: "evidence", evidence: { about, said, at: T0 } });
    const old = read(action(detail, "arn:aws:ecs:us-east-1:123456789012:service/checkout"));
    expect(old).toMatchObject({ evidence: { about } });
  });

  test.each([
    [{ eventName: "SERVICE_DESIRED_COUNT_UPDATED" }],
    [{ eventName: "constructor" }],
    [{ ...unplaced, clusterArn: null }],
  ])("%j says nothing of it", (detail) => {
    expect(read(action(detail))).toMatchObject({ is: "ignored", reason: "unknown-event" });
  });
});
