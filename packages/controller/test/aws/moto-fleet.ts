import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  type InstancesDistribution,
  PutLifecycleHookCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RegisterImageCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
  StartTaskCommand,
} from "@aws-sdk/client-ecs";
import { systemClock } from "../../src/clock.ts";
import type { Ask } from "../../src/aws/ask.ts";
import { type Clients, createClients } from "../../src/aws/clients.ts";
import { createAws } from "../../src/aws/index.ts";
import type { CallRecord } from "../../src/aws/operation.ts";

export const REGION = "us-east-1";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

export interface MotoBench {
  readonly aws: ReturnType<typeof createAws>;
  readonly clients: Clients;
  readonly records: CallRecord[];
  readonly close: () => void;
  readonly ask: () => Ask;
}

/** Our calls, in real time, on a moto server. */
export function motoBench(endpoint: string): MotoBench {
  const records: CallRecord[] = [];
  const accounts = [
    { account: "111122223333", roleArn: "arn:aws:iam::111122223333:role/spotkeeper", externalId: null },
  ];
  const clients = createClients({
    clock: systemClock,
    accounts,
    endpoint,
    credentials: () => Promise.resolve(credentials),
    requestHandler: null,
  });
  const aws = createAws({
    clock: systemClock,
    random: Math.random,
    clients,
    accounts,
    ownAccount: null,
    onCall: (record) => records.push(record),
  });
  return {
    aws,
    clients,
    records,
    close: aws.close,
    ask: () => ({ purpose: "act", deadline: systemClock.now() + 20_000 }),
  };
}

/** Runs instances, and answers their ids. */
export async function runInstances(endpoint: string, count: number): Promise<string[]> {
  const ec2 = new EC2Client({ endpoint, region: REGION, credentials, maxAttempts: 1 });
  const image = await ec2.send(new RegisterImageCommand({ Name: `image-${count}` }));
  const answer = await ec2.send(
    new RunInstancesCommand({
      ImageId: image.ImageId!,
      MinCount: count,
      MaxCount: count,
      InstanceType: "m5.large",
      InstanceMarketOptions: { MarketType: "spot" },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "a-node" }] }],
    }),
  );
  ec2.destroy();
  return answer.Instances!.map((one) => one.InstanceId!);
}

/** A group of `desired` instances with a terminating hook. */
export async function createGroup(
  endpoint: string,
  name: string,
  desired: number,
  mixed: InstancesDistribution | null = null,
): Promise<void> {
  const config = { endpoint, region: REGION, credentials, maxAttempts: 1 };
  const ec2 = new EC2Client(config);
  const scaling = new AutoScalingClient(config);
  const image = await ec2.send(new RegisterImageCommand({ Name: name }));
  const template = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: name,
      LaunchTemplateData: { ImageId: image.ImageId, InstanceType: "m5.large" },
    }),
  );
  const launches = { LaunchTemplateId: template.LaunchTemplate!.LaunchTemplateId! };
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      MinSize: 0,
      MaxSize: desired + 10,
      DesiredCapacity: desired,
      VPCZoneIdentifier: Subnets[0]!.SubnetId,
      ...(mixed === null
        ? { LaunchTemplate: launches }
        : {
            MixedInstancesPolicy: {
              InstancesDistribution: mixed,
              LaunchTemplate: { LaunchTemplateSpecification: launches, Overrides: [{ InstanceType: "m5.large" }] },
            },
          }),
      Tags: [{ Key: "team", Value: "shop", PropagateAtLaunch: true }],
    }),
  );
  await scaling.send(
    new PutLifecycleHookCommand({
      AutoScalingGroupName: name,
      LifecycleHookName: "graceful-shutdown-hook",
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      HeartbeatTimeout: 300,
      DefaultResult: "CONTINUE",
    }),
  );
  ec2.destroy();
  scaling.destroy();
}

/** A cluster with these instances, one standalone task on each, and a service. */
export async function createCluster(endpoint: string, cluster: string, ids: readonly string[]): Promise<void> {
  const ecs = new ECSClient({ endpoint, region: REGION, credentials, maxAttempts: 1 });
  await ecs.send(new CreateClusterCommand({ clusterName: cluster, tags: [{ key: "team", value: "shop" }] }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "app",
      containerDefinitions: [{ name: "app", image: "app", cpu: 10, memory: 10, stopTimeout: 45 }],
    }),
  );
  await ecs.send(new CreateServiceCommand({ cluster, serviceName: "web", taskDefinition: "app", desiredCount: 2 }));
  for (const id of ids) {
    const { containerInstance } = await ecs.send(
      new RegisterContainerInstanceCommand({ cluster, instanceIdentityDocument: JSON.stringify({ instanceId: id }) }),
    );
    const containerInstances = [containerInstance!.containerInstanceArn!];
    await ecs.send(new StartTaskCommand({ cluster, taskDefinition: "app", containerInstances }));
  }
  ecs.destroy();
}
