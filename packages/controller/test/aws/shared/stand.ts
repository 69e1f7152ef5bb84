import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingClient,
  RegisterInstancesWithLoadBalancerCommand,
} from "@aws-sdk/client-elastic-load-balancing";
import {
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  ListNamespacesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";
import { SNSClient } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  addDiscovered,
  attachGroup,
  createClassicLoadBalancer,
  createCluster as simulatedCluster,
  createDiscoveryService,
  createGroup as simulatedGroup,
  createService,
  createSimulator,
  createTargetGroup,
  createWorld,
  defineTask,
  fleetOperations,
  regionOf,
  registerClassic,
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
 * task on each and the service `web`; one of the three in a target group, in the Classic load balancer `classic` and, as
 * `one`, in a service of Cloud Map; an empty queue.
 */
export interface Stand {
  readonly ec2: EC2Client;
  readonly scaling: AutoScalingClient;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly classic: ElasticLoadBalancingClient;
  readonly discovery: ServiceDiscoveryClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly instances: readonly string[];
  readonly targetGroup: string;
  readonly discoveryService: string;
  readonly queue: string;
  /** Lets time pass until `promise` settles, where time is virtual. */
  readonly run: <T>(promise: Promise<T>) => Promise<T>;
  readonly close: () => void;
}

type Config = ConstructorParameters<typeof EC2Client>[0] & object;

type Clients = Pick<Stand, "ec2" | "scaling" | "ecs" | "elb" | "classic" | "discovery" | "sqs" | "sns" | "close">;

const clientsOf = (more: Config): Clients => {
  const config = { region: REGION, credentials, maxAttempts: 1, ...more };
  const clients = {
    ec2: new EC2Client(config),
    scaling: new AutoScalingClient(config),
    ecs: new ECSClient(config),
    elb: new ElasticLoadBalancingV2Client(config),
    classic: new ElasticLoadBalancingClient(config),
    discovery: new ServiceDiscoveryClient(config),
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
  const discoveryService = await registerOnMoto(clients, instances[0] ?? "");
  const { QueueUrl: queue = "" } = await clients.sqs.send(new CreateQueueCommand({ QueueName: "signals" }));
  return { ...clients, instances, targetGroup, discoveryService, queue, run: (promise) => promise };
}

const ATTRIBUTES = { AWS_INSTANCE_IPV4: "10.0.0.9", stage: "test" };

/** The Classic load balancer and the service of Cloud Map; answers the service's id. */
async function registerOnMoto({ classic, discovery }: Clients, id: string): Promise<string> {
  const LoadBalancerName = "classic";
  const Listeners = [{ Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 80 }];
  const AvailabilityZones = [`${REGION}a`];
  await classic.send(new CreateLoadBalancerCommand({ LoadBalancerName, Listeners, AvailabilityZones }));
  const Instances = [{ InstanceId: id }];
  await classic.send(new RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName, Instances }));
  await discovery.send(new CreateHttpNamespaceCommand({ Name: "shop" }));
  const { Namespaces = [] } = await discovery.send(new ListNamespacesCommand({}));
  const { Service } = await discovery.send(new CreateServiceCommand({ Name: "web", NamespaceId: Namespaces[0]?.Id }));
  const of = { ServiceId: Service?.Id, InstanceId: "one", CreatorRequestId: "first" };
  await discovery.send(new RegisterInstanceCommand({ ...of, Attributes: ATTRIBUTES }));
  return Service?.Id ?? "";
}

interface SimulatedFleet {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly instances: readonly string[];
  readonly targetGroup: string;
  readonly discoveryService: string;
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
  const classic = createClassicLoadBalancer(region, { name: "classic" });
  const discovery = createDiscoveryService(world, region, "web");
  const [first] = [...group.members.values()];
  if (first !== undefined) registerClassic(world, classic, first.instance, true);
  addDiscovered(world, discovery, { id: "one", attributes: ATTRIBUTES, creatorRequestId: "first" });
  const simulator = createSimulator({ clock, seed: 1, world, operations: fleetOperations, throttleRules: [] });
  simulator.queues.create(ACCOUNT, REGION, "signals");
  await clock.runUntil(clock.now() + 120_000);
  const instances = [...group.members.keys()];
  return { clock, simulator, instances, targetGroup: balanced.arn, discoveryService: discovery.id };
}

/** In this process. */
export async function standOnSimulator(): Promise<Stand> {
  const { clock, simulator, instances, targetGroup, discoveryService } = await simulatedFleet();
  const clients = clientsOf({ requestHandler: sdkHandler(simulator) });
  const Targets = [{ Id: instances[0], Port: 80 }];
  await clock.runUntilSettled(clients.elb.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroup, Targets })));
  await clock.runUntil(clock.now() + 120_000);
  return {
    ...clients,
    instances,
    targetGroup,
    discoveryService,
    queue: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/signals`,
    run: (promise) => clock.runUntilSettled(promise),
  };
}
