import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import {
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { SNSClient } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  attachGroup,
  createCluster as simulatedCluster,
  createGroup as simulatedGroup,
  createService,
  createSimulator,
  createTargetGroup,
  createWorld,
  defineTask,
  fleetOperations,
  regionOf,
  runStandalone,
  sdkHandler,
  type Simulator,
  virtualClock,
  type VirtualClock,
} from "@spotkeeper/simulator";
import { createCluster, createGroup, REGION } from "../moto-fleet.ts";

const ACCOUNT = "123456789012";
const credentials = { accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "test" };

/**
 * The same small fleet on either side: the group `nodes` of three with a terminating hook, in the cluster `shop` with a
 * task on each and the service `web`; one of the three in a target group; an empty queue.
 */
export interface Stand {
  readonly ec2: EC2Client;
  readonly scaling: AutoScalingClient;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly instances: readonly string[];
  readonly targetGroup: string;
  readonly queue: string;
  /** Lets time pass until `promise` settles, where time is virtual. */
  readonly run: <T>(promise: Promise<T>) => Promise<T>;
  readonly close: () => void;
}

type Config = ConstructorParameters<typeof EC2Client>[0] & object;

const clientsOf = (more: Config): Pick<Stand, "ec2" | "scaling" | "ecs" | "elb" | "sqs" | "sns" | "close"> => {
  const config = { region: REGION, credentials, maxAttempts: 1, ...more };
  const clients = {
    ec2: new EC2Client(config),
    scaling: new AutoScalingClient(config),
    ecs: new ECSClient(config),
    elb: new ElasticLoadBalancingV2Client(config),
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
  };
  return { ...clients, close: () => Object.values(clients).forEach((client) => client.destroy()) };
};

/** @param endpoint of a moto server that was reset. */
export async function standOnMoto(endpoint: string): Promise<Stand> {
  const clients = clientsOf({ endpoint });
  await createGroup(endpoint, "nodes", 3);
  const { AutoScalingGroups = [] } = await clients.scaling.send(new DescribeAutoScalingGroupsCommand({}));
  const instances = (AutoScalingGroups[0]?.Instances ?? []).map(({ InstanceId = "" }) => InstanceId);
  await createCluster(endpoint, "shop", instances);
  const { Vpcs = [] } = await clients.ec2.send(new DescribeVpcsCommand({}));
  const { TargetGroups = [] } = await clients.elb.send(
    new CreateTargetGroupCommand({ Name: "web", Protocol: "HTTP", Port: 80, VpcId: Vpcs[0]?.VpcId }),
  );
  const targetGroup = TargetGroups[0]?.TargetGroupArn ?? "";
  const Targets = [{ Id: instances[0], Port: 80 }];
  await clients.elb.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroup, Targets }));
  const { QueueUrl: queue = "" } = await clients.sqs.send(new CreateQueueCommand({ QueueName: "signals" }));
  return { ...clients, instances, targetGroup, queue, run: (promise) => promise };
}

interface SimulatedFleet {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly instances: readonly string[];
  readonly targetGroup: string;
}

/** The fleet on the simulator, on a virtual clock that stands some minutes after it was made. */
export async function simulatedFleet(): Promise<SimulatedFleet> {
  const clock = virtualClock(Date.UTC(2026, 10, 21));
  const world = createWorld({ clock, seed: 1, send: () => {} });
  const region = regionOf(world, ACCOUNT, REGION);
  const hook = {
    name: "graceful-shutdown-hook",
    transition: "autoscaling:EC2_INSTANCE_TERMINATING",
    heartbeatTimeout: 300,
    defaultResult: "CONTINUE",
  } as const;
  const group = simulatedGroup(world, region, {
    name: "nodes",
    desired: 3,
    max: 13,
    types: ["m5.large"],
    hooks: [hook],
  });
  const cluster = simulatedCluster(region, "shop");
  attachGroup(world, cluster, group);
  const definition = defineTask(region, { family: "app", cpu: 10, memory: 10, stopTimeout: 45 });
  for (let n = 0; n < 3; n++) runStandalone(world, cluster, definition);
  createService(world, cluster, { name: "web", definition, desired: 2 });
  const balanced = createTargetGroup(world, region, { name: "web", port: 80, loadBalancer: "web" });
  const simulator = createSimulator({ clock, seed: 1, world, operations: fleetOperations, throttleRules: [] });
  simulator.queues.create(ACCOUNT, REGION, "signals");
  await clock.runUntil(clock.now() + 120_000);
  return { clock, simulator, instances: [...group.members.keys()], targetGroup: balanced.arn };
}

/** In this process. */
export async function standOnSimulator(): Promise<Stand> {
  const { clock, simulator, instances, targetGroup } = await simulatedFleet();
  const clients = clientsOf({ requestHandler: sdkHandler(simulator) });
  const Targets = [{ Id: instances[0], Port: 80 }];
  await clock.runUntilSettled(clients.elb.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroup, Targets })));
  await clock.runUntil(clock.now() + 120_000);
  return {
    ...clients,
    instances,
    targetGroup,
    queue: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/signals`,
    run: (promise) => clock.runUntilSettled(promise),
  };
}
