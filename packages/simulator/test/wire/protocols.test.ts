import { DescribeAutoScalingGroupsCommand, SetDesiredCapacityCommand } from "@aws-sdk/client-auto-scaling";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { DescribeTasksCommand } from "@aws-sdk/client-ecs";
import { DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { describe, expect, test } from "vitest";

import type { JsonObject, Operation } from "../../src/operation.ts";
import { AwsError } from "../../src/operation.ts";
import { bench, connect, START, transports } from "./support.ts";

const seen: JsonObject[] = [];

const operations: readonly Operation<null>[] = [
  {
    service: "ec2",
    name: "DescribeInstances",
    mutating: false,
    input: {
      InstanceIds: { type: "list", wire: "InstanceId", flat: true, of: { type: "string" } },
      Filters: {
        type: "list",
        wire: "Filter",
        flat: true,
        of: {
          type: "structure",
          fields: { Values: { type: "list", wire: "Value", flat: true, of: { type: "string" } } },
        },
      },
      MaxResults: { type: "integer" },
      IncludeManagedResources: { type: "boolean" },
    },
    output: {
      Reservations: {
        type: "list",
        wire: "reservationSet",
        of: {
          type: "structure",
          fields: {
            Instances: {
              type: "list",
              wire: "instancesSet",
              of: {
                type: "structure",
                fields: {
                  State: { type: "structure", wire: "instanceState", fields: {} },
                  LaunchTime: { type: "timestamp" },
                  Tags: { type: "list", wire: "tagSet", of: { type: "structure", fields: {} } },
                },
              },
            },
          },
        },
      },
    },
    run: (_world, input) => {
      seen.push(input);
      if (input["InstanceIds"] !== undefined && JSON.stringify(input["InstanceIds"]).includes("i-unknown")) {
        throw new AwsError("InvalidInstanceID.NotFound", "The instance ID 'i-unknown' does not exist");
      }
      return {
        NextToken: "a&b<c>",
        Reservations: [
          {
            OwnerId: "1",
            Instances: [
              {
                InstanceId: "i-1",
                State: { Code: 16, Name: "running" },
                LaunchTime: START,
                EbsOptimized: false,
                Tags: [{ Key: "Name", Value: "a \"b\" & 'c'\r\nü" }],
              },
            ],
          },
        ],
      };
    },
  },
  {
    service: "autoscaling",
    name: "DescribeAutoScalingGroups",
    mutating: false,
    input: { AutoScalingGroupNames: { type: "list", of: { type: "string" } }, MaxRecords: { type: "integer" } },
    output: {
      AutoScalingGroups: {
        type: "list",
        of: { type: "structure", fields: { CreatedTime: { type: "timestamp" } } },
      },
    },
    run: (_world, input) => {
      seen.push(input);
      return {
        AutoScalingGroups: [
          {
            AutoScalingGroupName: "web",
            MinSize: 1,
            CapacityRebalance: true,
            CreatedTime: START,
            Instances: [],
            AvailabilityZones: ["eu-west-1a", "eu-west-1b"],
          },
        ],
      };
    },
  },
  {
    service: "autoscaling",
    name: "SetDesiredCapacity",
    mutating: true,
    input: { DesiredCapacity: { type: "integer" }, HonorCooldown: { type: "boolean" } },
    run: (_world, input) => {
      seen.push(input);
      throw new AwsError("ValidationError", "New SetDesiredCapacity value 99 is above max value 10 <here>");
    },
  },
  {
    service: "elasticloadbalancingv2",
    name: "DescribeTargetHealth",
    mutating: false,
    input: {
      Targets: { type: "list", of: { type: "structure", fields: { Port: { type: "integer" } } } },
    },
    run: (_world, input) => {
      seen.push(input);
      return {
        TargetHealthDescriptions: [{ Target: { Id: "i-1", Port: 8080 }, TargetHealth: { State: "draining" } }],
      };
    },
  },
  {
    service: "ecs",
    name: "DescribeTasks",
    mutating: false,
    output: {
      tasks: { type: "list", of: { type: "structure", fields: { startedAt: { type: "timestamp" } } } },
    },
    run: (_world, input) => {
      seen.push(input);
      if (input["cluster"] === "none") throw new AwsError("ClusterNotFoundException", "Cluster not found.");
      return { tasks: [{ taskArn: "arn:t", startedAt: START + 250, group: "service:web" }], failures: [] };
    },
  },
];

const nameOf = (error: unknown): string => (error as Error).name;
const statusOf = (error: unknown): unknown =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

describe.each(transports)("the real SDK clients, %s", (transport) => {
  test("EC2 Query: flat lists, nested filters, numbers and booleans go in; sets, times and escapes come out", async () => {
    const clients = await connect(transport, bench(operations));
    const output = await clients.run(
      clients.ec2.send(
        new DescribeInstancesCommand({
          InstanceIds: ["i-1", "i-2"],
          Filters: [{ Name: "tag:x", Values: ["a", "b=c&d"] }],
          MaxResults: 5,
          IncludeManagedResources: true,
        }),
      ),
    );
    expect(seen.at(-1)).toEqual({
      InstanceIds: ["i-1", "i-2"],
      Filters: [{ Name: "tag:x", Values: ["a", "b=c&d"] }],
      MaxResults: 5,
      IncludeManagedResources: true,
    });
    expect(output.NextToken).toBe("a&b<c>");
    expect(output.Reservations?.[0]?.Instances?.[0]).toMatchObject({
      InstanceId: "i-1",
      State: { Code: 16, Name: "running" },
      LaunchTime: new Date(START),
      EbsOptimized: false,
      Tags: [{ Key: "Name", Value: "a \"b\" & 'c'\r\nü" }],
    });
    expect(output.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    await clients.close();
  });

  test("EC2's errors have their code, message and status", async () => {
    const clients = await connect(transport, bench(operations));
    const call = clients.run(clients.ec2.send(new DescribeInstancesCommand({ InstanceIds: ["i-unknown"] })));
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(nameOf(error)).toBe("InvalidInstanceID.NotFound");
    expect((error as Error).message).toBe("The instance ID 'i-unknown' does not exist");
    expect(statusOf(error)).toBe(400);
    await clients.close();
  });

  test("Query: member lists in and out, empty lists, and a validation error", async () => {
    const clients = await connect(transport, bench(operations));
    const output = await clients.run(
      clients.autoScaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ["web", "api"], MaxRecords: 50 }),
      ),
    );
    expect(seen.at(-1)).toEqual({ AutoScalingGroupNames: ["web", "api"], MaxRecords: 50 });
    expect(output.AutoScalingGroups?.[0]).toMatchObject({
      MinSize: 1,
      CapacityRebalance: true,
      CreatedTime: new Date(START),
      Instances: [],
      AvailabilityZones: ["eu-west-1a", "eu-west-1b"],
    });
    await clients.run(clients.autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [] })));
    expect(seen.at(-1)).toEqual({ AutoScalingGroupNames: [] });
    const input = { AutoScalingGroupName: "web", DesiredCapacity: 99, HonorCooldown: false };
    const error: unknown = await clients
      .run(clients.autoScaling.send(new SetDesiredCapacityCommand(input)))
      .catch((reason: unknown) => reason);
    expect(seen.at(-1)).toEqual(input);
    expect(nameOf(error)).toBe("ValidationError");
    expect((error as Error).message).toContain("<here>");
    await clients.close();
  });

  test("Query: Elastic Load Balancing v2 is told by its API version", async () => {
    const clients = await connect(transport, bench(operations));
    const output = await clients.run(
      clients.elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: "arn:tg", Targets: [{ Id: "i-1", Port: 8080 }] }),
      ),
    );
    expect(seen.at(-1)).toEqual({ TargetGroupArn: "arn:tg", Targets: [{ Id: "i-1", Port: 8080 }] });
    expect(output.TargetHealthDescriptions).toEqual([
      { Target: { Id: "i-1", Port: 8080 }, TargetHealth: { State: "draining" } },
    ]);
    await clients.close();
  });

  test("JSON 1.1: times in epoch seconds, and a modelled error", async () => {
    const clients = await connect(transport, bench(operations));
    const output = await clients.run(clients.ecs.send(new DescribeTasksCommand({ cluster: "c", tasks: ["arn:t"] })));
    expect(output.tasks?.[0]).toMatchObject({ startedAt: new Date(START + 250), group: "service:web" });
    const error: unknown = await clients
      .run(clients.ecs.send(new DescribeTasksCommand({ cluster: "none", tasks: [] })))
      .catch((reason: unknown) => reason);
    expect(nameOf(error)).toBe("ClusterNotFoundException");
    expect(statusOf(error)).toBe(400);
    await clients.close();
  });

  test("maps and blobs of SNS arrive", async () => {
    const setup = bench(operations);
    const clients = await connect(transport, setup);
    const output = await clients.run(
      clients.sns.send(
        new PublishCommand({
          TopicArn: "arn:aws:sns:eu-west-1:111122223333:alerts",
          Subject: "s",
          Message: "m & <n>",
          MessageAttributes: { severity: { DataType: "String", StringValue: "high" } },
        }),
      ),
    );
    expect(setup.simulator.topics.published()).toMatchObject([
      {
        account: "111122223333",
        region: "eu-west-1",
        subject: "s",
        message: "m & <n>",
        messageId: output.MessageId,
        attributes: { severity: { DataType: "String", StringValue: "high" } },
      },
    ]);
    await clients.close();
  });

  test("an operation that is not there is AWS's error, not a crash", async () => {
    const clients = await connect(transport, bench([]));
    const ec2: unknown = await clients
      .run(clients.ec2.send(new DescribeInstancesCommand({})))
      .catch((reason: unknown) => reason);
    expect(nameOf(ec2)).toBe("InvalidAction");
    const ecs: unknown = await clients
      .run(clients.ecs.send(new DescribeTasksCommand({ tasks: [] })))
      .catch((reason: unknown) => reason);
    expect(nameOf(ecs)).toBe("UnknownOperationException");
    await clients.close();
  });
});
