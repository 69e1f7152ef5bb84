import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AttachLoadBalancerTargetGroupsCommand, AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { AssignPrivateIpAddressesCommand, DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import * as classic from "@aws-sdk/client-elastic-load-balancing";
import {
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { createLog, loadConfig, runWorker } from "../../src/index.ts";
import { describeWithMoto, type MotoServer, startMoto } from "../support/moto.ts";
import { createGroup, REGION, runInstances } from "./moto-fleet.ts";

const ACCOUNT = "123456789012";
const WITHIN = 40_000;

describeWithMoto("a fleet built by hand on moto", () => {
  let moto: MotoServer;
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-moto-"));
  beforeAll(async () => {
    moto = await startMoto({ warmUp: ["ec2", "ecs", "autoscaling", "elasticloadbalancing", "sqs"] });
  });
  afterAll(async () => {
    await moto.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("drains 4 of 4: by id on two ports, by two addresses, beside a group's own target group, and Classic", async () => {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const config = { endpoint: moto.endpoint, region: REGION, credentials, maxAttempts: 1 };
    const ec2 = new EC2Client(config);
    const elb = new ElasticLoadBalancingV2Client(config);
    const old = new classic.ElasticLoadBalancingClient(config);
    const scaling = new AutoScalingClient(config);
    const sqs = new SQSClient(config);

    // A fifth instance stays, so that no target is held as the last healthy one.
    const [byId = "", byAddress = "", inClassic = "", stays = ""] = await runInstances(moto.endpoint, 4);
    await createGroup(moto.endpoint, "nodes", 1);
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
    const member = instances
      .map(({ InstanceId = "" }) => InstanceId)
      .find((id) => ![byId, byAddress, inClassic, stays].includes(id))!;
    const addressed = instances.find(({ InstanceId }) => InstanceId === byAddress)!;
    const [face] = addressed.NetworkInterfaces!;
    const secondary = { NetworkInterfaceId: face!.NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 };
    await ec2.send(new AssignPrivateIpAddressesCommand(secondary));
    const again = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [byAddress] }));
    const [seen] = again.Reservations![0]!.Instances!;
    const addresses = seen!.NetworkInterfaces![0]!.PrivateIpAddresses!.map((one) => one.PrivateIpAddress!);
    expect(addresses).toHaveLength(2);
    const other = instances.find(({ InstanceId }) => InstanceId === stays)!;

    const targetGroup = async (
      Name: string,
      type: "instance" | "ip",
      Targets: TargetDescription[],
    ): Promise<string> => {
      const create = new CreateTargetGroupCommand({
        Name,
        Protocol: "HTTP",
        Port: 80,
        VpcId: addressed.VpcId,
        TargetType: type,
      });
      const { TargetGroups = [] } = await elb.send(create);
      const TargetGroupArn = TargetGroups[0]!.TargetGroupArn!;
      await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
      return TargetGroupArn;
    };
    const groups = [
      await targetGroup("by-id", "instance", [
        { Id: byId, Port: 80 },
        { Id: byId, Port: 8080 },
        { Id: stays, Port: 80 },
      ]),
      await targetGroup("by-address", "ip", [
        ...addresses.map((Id) => ({ Id, Port: 8080 })),
        { Id: other.PrivateIpAddress, Port: 8080 },
      ]),
      await targetGroup("beside", "instance", [
        { Id: member, Port: 80 },
        { Id: stays, Port: 80 },
      ]),
    ];
    const own = await targetGroup("own", "instance", [{ Id: stays, Port: 80 }]);
    const attach = { AutoScalingGroupName: "nodes", TargetGroupARNs: [own] };
    await scaling.send(new AttachLoadBalancerTargetGroupsCommand(attach));
    await old.send(
      new classic.CreateLoadBalancerCommand({
        LoadBalancerName: "old",
        Listeners: [{ Protocol: "http", LoadBalancerPort: 80, InstancePort: 80 }],
        AvailabilityZones: [`${REGION}a`],
      }),
    );
    const register = { LoadBalancerName: "old", Instances: [{ InstanceId: inClassic }, { InstanceId: stays }] };
    await old.send(new classic.RegisterInstancesWithLoadBalancerCommand(register));
    const { QueueUrl: queueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "signals" }));

    const running = await startWorker(folder, moto.endpoint, queueUrl, credentials);
    try {
      for (const id of [byId, byAddress, member, inClassic])
        await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(warning(id)) }));
      const left = async (): Promise<string[]> => {
        const health = await Promise.all(
          [...groups, own].map((TargetGroupArn) => elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))),
        );
        const targets = health.flatMap(({ TargetHealthDescriptions = [] }) =>
          TargetHealthDescriptions.flatMap(({ Target, TargetHealth }) =>
            TargetHealth?.State === "draining" ? [] : (Target?.Id ?? []),
          ),
        );
        const { InstanceStates = [] } = await old.send(
          new classic.DescribeInstanceHealthCommand({ LoadBalancerName: "old" }),
        );
        const going = [byId, byAddress, member, inClassic, ...addresses];
        return [...targets, ...InstanceStates.map(({ InstanceId = "" }) => InstanceId)].filter((id) =>
          going.includes(id),
        );
      };
      const until = systemClock.now() + WITHIN;
      while ((await left()).length > 0 && systemClock.now() < until) await sleep(250);
      expect(await left()).toEqual([]);
    } finally {
      await running.stop(5_000);
      for (const client of [ec2, elb, old, scaling, sqs]) client.destroy();
    }
  }, 120_000);
});

async function startWorker(
  folder: string,
  endpoint: string,
  queueUrl: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
) {
  const files = Object.fromEntries(
    ["ledger", "archive", "inventory"].map((name) => [name, { file: join(folder, `${name}.db`) }]),
  );
  const text = JSON.stringify({
    ...files,
    aws: { endpoint, regions: [REGION] },
    sources: { sqs: [{ queueUrl }] },
    show: { listen: "127.0.0.1:0" },
  });
  const output = { write: () => true };
  return runWorker({
    config: loadConfig("test", () => text),
    log: createLog({ level: "silent", format: "json", output, color: false, clock: systemClock }),
    env: { AWS_REGION: REGION },
    output,
    color: false,
    aws: { credentials: () => Promise.resolve(credentials) },
  });
}

const warning = (id: string): object => ({
  version: "0",
  id: randomUUID(),
  "detail-type": "EC2 Spot Instance Interruption Warning",
  source: "aws.ec2",
  account: ACCOUNT,
  time: new Date(systemClock.now()).toISOString(),
  region: REGION,
  resources: [`arn:aws:ec2:${REGION}a:instance/${id}`],
  detail: { "instance-id": id, "instance-action": "terminate" },
});
