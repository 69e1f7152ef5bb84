import type { AutoScalingGroup, LifecycleHook } from "../../../src/aws/calls/auto-scaling.ts";
import type {
  CapacityProvider,
  ContainerInstance,
  EcsCluster,
  EcsService,
  EcsTask,
  TaskDefinition,
} from "../../../src/aws/calls/ecs.ts";
import type { ClassicLoadBalancer } from "../../../src/aws/calls/classic-elb.ts";
import type { Ec2Instance } from "../../../src/aws/calls/ec2.ts";
import type { Place } from "../../../src/aws/ask.ts";
import type { TargetGroup, TargetGroupAttributes, TargetHealth } from "../../../src/aws/calls/elb.ts";
import type { Facets } from "../../../src/inventory/inventory.ts";

export const place: Place = { account: "111122223333", region: "eu-west-1" };
export const LAUNCHED = Date.UTC(2026, 10, 1);
const arn = (service: string, resource: string): string => `arn:aws:${service}:eu-west-1:111122223333:${resource}`;

export const clusterArn = (name: string): string => arn("ecs", `cluster/${name}`);
export const taskArn = (cluster: string, id: string): string => arn("ecs", `task/${cluster}/${id}`);
export const targetGroupArn = (name: string): string =>
  arn("elasticloadbalancing", `targetgroup/${name}/0123456789abcdef`);
export const definitionArn = (name: string): string => arn("ecs", `task-definition/${name}:1`);
export const instanceId = (n: number): string => `i-${n.toString(16).padStart(17, "0")}`;

export const instance = (id: string, more: Partial<Ec2Instance> = {}): Ec2Instance => ({
  id,
  name: "web",
  type: "m5.large",
  availabilityZone: "eu-west-1a",
  zoneId: "euw1-az1",
  privateIp: "10.0.0.1",
  publicIp: null,
  addresses: [],
  state: "running",
  stateReason: null,
  lifecycle: "spot",
  launchTime: LAUNCHED,
  tags: {},
  operator: null,
  ...more,
});

export const group = (name: string, more: Partial<AutoScalingGroup> = {}): AutoScalingGroup => ({
  name,
  arn: arn("autoscaling", `autoScalingGroup:x:autoScalingGroupName/${name}`),
  min: 0,
  max: 200,
  desired: 100,
  capacityRebalance: false,
  targetGroupArns: [],
  classicLoadBalancers: [],
  trafficSources: [],
  suspendedProcesses: [],
  onDemand: null,
  counts: "instances",
  maintenancePolicy: null,
  instances: [],
  tags: {},
  zones: ["eu-west-1a"],
  operator: null,
  ...more,
});

export const member = (id: string): AutoScalingGroup["instances"][number] => ({
  id,
  state: "InService",
  health: "Healthy",
  protected: false,
  availabilityZone: "eu-west-1a",
  type: "m5.large",
  units: 1,
});

export const hook = (group: string, name = "graceful-shutdown-hook"): LifecycleHook => ({
  name,
  group,
  transition: "terminating",
  heartbeatTimeout: 300_000,
  globalTimeout: null,
  defaultResult: "CONTINUE",
  notificationTarget: null,
  metadata: null,
});

export const container = (cluster: string, id: string, more: Partial<ContainerInstance> = {}): ContainerInstance => ({
  clusterArn: clusterArn(cluster),
  arn: arn("ecs", `container-instance/${cluster}/${id.slice(2)}`),
  instanceId: id,
  status: "ACTIVE",
  agentConnected: true,
  runningTasks: 10,
  pendingTasks: 0,
  capacityProvider: null,
  attributes: { "ecs.availability-zone": "eu-west-1a" },
  ...more,
});

export const task = (cluster: string, id: string, more: Partial<EcsTask> = {}): EcsTask => ({
  arn: taskArn(cluster, id),
  clusterArn: clusterArn(cluster),
  containerInstanceArn: null,
  taskDefinitionArn: definitionArn("web"),
  group: "family:web",
  startedBy: null,
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  launchType: "EC2",
  availabilityZone: "eu-west-1a",
  privateAddresses: [],
  ownInterface: (more.privateAddresses ?? []).length > 0,
  protectedUntil: null,
  stopCode: null,
  ...more,
});

export const service = (cluster: string, name: string, more: Partial<EcsService> = {}): EcsService => ({
  arn: arn("ecs", `service/${cluster}/${name}`),
  name,
  clusterArn: clusterArn(cluster),
  desired: 4,
  running: 4,
  pending: 0,
  daemon: false,
  minimumHealthyPercent: 50,
  maximumPercent: 200,
  taskDefinitionArn: definitionArn(name),
  targets: [],
  classicLoadBalancers: [],
  serviceRegistries: [],
  latticeTargetGroups: [],
  events: [],
  ...more,
});

export const targetGroup = (name: string, more: Partial<TargetGroup> = {}): TargetGroup => ({
  arn: targetGroupArn(name),
  name,
  protocol: "HTTP",
  targetType: "instance",
  vpcId: "vpc-1",
  loadBalancerArns: [arn("elasticloadbalancing", "loadbalancer/app/web/1")],
  ...more,
});

export const target = (id: string, port: number | null, more: Partial<TargetHealth> = {}): TargetHealth => ({
  id,
  port,
  state: "healthy",
  reason: null,
  availabilityZone: null,
  ...more,
});

/** What a fake AWS holds; tests change it freely. */
export interface Fleet {
  readonly instances: Map<string, Ec2Instance>;
  readonly groups: Map<string, AutoScalingGroup>;
  readonly hooks: Map<string, readonly LifecycleHook[]>;
  readonly clusters: Map<string, EcsCluster>;
  readonly containers: Map<string, ContainerInstance>;
  /** By container instance ARN. */
  readonly tasks: Map<string, readonly EcsTask[]>;
  readonly fargate: Map<string, EcsTask>;
  /** By `cluster/name`. */
  readonly services: Map<string, EcsService>;
  readonly definitions: Map<string, TaskDefinition>;
  readonly health: Map<string, readonly TargetHealth[]>;
  /** What a list of all target groups and Classic load balancers has. */
  targetGroups: readonly TargetGroup[];
  classic: readonly ClassicLoadBalancer[];
  readonly attributes: Map<string, TargetGroupAttributes>;
  readonly discovery: Map<string, Facets["discovery"]>;
  readonly lattice: Map<string, Facets["lattice"]>;
  capacityProviders: readonly CapacityProvider[];
}

export const emptyFleet = (): Fleet => ({
  instances: new Map(),
  groups: new Map(),
  hooks: new Map(),
  clusters: new Map(),
  containers: new Map(),
  tasks: new Map(),
  fargate: new Map(),
  services: new Map(),
  definitions: new Map(),
  health: new Map(),
  attributes: new Map(),
  discovery: new Map(),
  lattice: new Map(),
  capacityProviders: [],
  targetGroups: [],
  classic: [],
});

/** A big cluster: 100 instances, 1,000 tasks, 20 services, each behind a target group of its own. */
export function bigCluster(name = "web", size = 100, perInstance = 10, services = 20): Fleet {
  const fleet = emptyFleet();
  const ids = Array.from({ length: size }, (_, n) => instanceId(n + 1));
  fleet.clusters.set(clusterArn(name), { arn: clusterArn(name), tags: {}, capacityProviders: [] });
  fleet.groups.set("nodes", group("nodes", { instances: ids.map(member) }));
  fleet.hooks.set("nodes", [hook("nodes")]);
  const health = new Map<string, TargetHealth[]>();
  const running = new Map<string, number>();
  for (const [n, id] of ids.entries()) {
    fleet.instances.set(id, instance(id, { privateIp: `10.0.0.${n + 1}` }));
    const host = container(name, id);
    fleet.containers.set(id, host);
    const tasks = Array.from({ length: perInstance }, (_, k) => {
      const of = `svc-${(n + k * 2) % services}`;
      running.set(of, (running.get(of) ?? 0) + 1);
      const list = health.get(of) ?? [];
      health.set(of, list);
      list.push(target(id, 32_768 + k));
      return task(name, `${n}x${k}`, {
        group: `service:${of}`,
        containerInstanceArn: host.arn,
        taskDefinitionArn: definitionArn(of),
      });
    });
    fleet.tasks.set(host.arn, tasks);
  }
  for (let n = 0; n < services; n++) {
    const of = `svc-${n}`;
    const count = running.get(of) ?? 0;
    const targets = [{ targetGroupArn: targetGroupArn(of), containerPort: 80 }];
    fleet.services.set(`${name}/${of}`, service(name, of, { desired: count, running: count, targets }));
    fleet.health.set(targetGroupArn(of), health.get(of) ?? []);
    fleet.attributes.set(targetGroupArn(of), {
      deregistrationDelay: 30_000,
      connectionTermination: false,
      gwlbFailover: null,
    });
    fleet.definitions.set(definitionArn(of), { arn: definitionArn(of), stopTimeout: 60_000, networkMode: "bridge" });
  }
  return fleet;
}
