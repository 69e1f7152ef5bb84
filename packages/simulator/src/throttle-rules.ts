import type { JsonObject, ServiceName } from "./operation.ts";

/** One of AWS's token buckets. There is one for each account and region, and for each operation where `each` says so. */
export interface ThrottleRule {
  /** Names the bucket in tables, for example `ec2:mutating`. */
  readonly name: string;
  readonly service: ServiceName;
  /** The operations that draw on it: by name, all of a kind, or all. */
  readonly operations: readonly string[] | "mutating" | "non-mutating" | "all";
  /** True: every operation has its own such bucket. False: they share one. */
  readonly each: boolean;
  /** Tokens in a full bucket. */
  readonly capacity: number;
  /** Tokens a second. */
  readonly refill: number;
  /** Tokens that a call takes; 1 where left out. */
  readonly cost?: (input: JsonObject) => number;
  /** Only calls with such an input draw on it. */
  readonly when?: (input: JsonObject) => boolean;
  /** The page that gives the figures, or `assumed: ` and what is known. */
  readonly source: string;
}

const EC2 = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html";
const ECS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html";
const ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html";
const ASG = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/Welcome.html";

const count = (value: unknown): number => (Array.isArray(value) ? value.length : 1);

/** Naming ids is neither paging nor filtering (assumed: the page speaks of pagination and filters only). */
const isBare = (input: JsonObject): boolean =>
  input["Filters"] === undefined && input["MaxResults"] === undefined && input["NextToken"] === undefined;

const ecs = (name: string, operations: readonly string[], capacity: number, refill: number): ThrottleRule => ({
  name: `ecs:${name}`,
  service: "ecs",
  operations,
  // The operations of a category share its bucket.
  each: false,
  capacity,
  refill,
  source: ECS,
});

/**
 * One bucket for all, one for registrations besides. The two versions of the API have buckets of their own, and calls that
 * ECS and Auto Scaling make on a user's behalf draw on neither: the fleet's own registrations are no calls here.
 */
const elb = (service: ServiceName, registrations: readonly string[]): readonly ThrottleRule[] => [
  {
    name: `${service}:all`,
    service,
    operations: "all",
    each: false,
    capacity: 40,
    refill: 10,
    source: `${ELB}; assumed: registrations draw on it as well, which the page does not say`,
  },
  {
    name: `${service}:registration`,
    service,
    operations: registrations,
    each: false,
    capacity: 20,
    refill: 4,
    source: ELB,
  },
];

/** AWS's request budgets for the operations that the simulator knows, with where each figure comes from. */
export const awsThrottleRules: readonly ThrottleRule[] = [
  {
    name: "ec2:non-mutating",
    service: "ec2",
    operations: "non-mutating",
    each: true,
    capacity: 100,
    refill: 20,
    when: (input) => !isBare(input),
    source: EC2,
  },
  {
    name: "ec2:unfiltered-unpaginated",
    service: "ec2",
    operations: "non-mutating",
    each: true,
    capacity: 50,
    refill: 10,
    when: isBare,
    source: EC2,
  },
  { name: "ec2:mutating", service: "ec2", operations: "mutating", each: true, capacity: 50, refill: 5, source: EC2 },
  {
    name: "ec2:terminate-resources",
    service: "ec2",
    operations: ["TerminateInstances"],
    each: false,
    capacity: 1000,
    refill: 20,
    cost: (input) => count(input["InstanceIds"]),
    source: EC2,
  },
  ecs("cluster-read", ["DescribeClusters", "ListClusters"], 50, 20),
  ecs("task-definition-read", ["DescribeTaskDefinition"], 50, 20),
  ecs("capacity-provider-read", ["DescribeCapacityProviders"], 50, 20),
  ecs("cluster-resource-modify", ["StopTask", "UpdateContainerInstancesState"], 100, 40),
  ecs(
    "cluster-resource-read",
    ["DescribeContainerInstances", "DescribeTasks", "ListContainerInstances", "ListTasks"],
    100,
    20,
  ),
  ecs("service-modify", ["UpdateService"], 50, 5),
  ecs("service-read", ["DescribeServices", "DescribeServiceRevisions", "ListServices"], 100, 20),
  ...elb("elasticloadbalancingv2", ["RegisterTargets", "DeregisterTargets"]),
  ...elb("elasticloadbalancing", ["RegisterInstancesWithLoadBalancer", "DeregisterInstancesFromLoadBalancer"]),
  {
    name: "vpc-lattice:read",
    service: "vpc-lattice",
    operations: "non-mutating",
    each: false,
    capacity: 20,
    refill: 10,
    source: "assumed: AWS publishes no figures for VPC Lattice",
  },
  {
    name: "vpc-lattice:registration",
    service: "vpc-lattice",
    operations: "mutating",
    each: false,
    capacity: 10,
    refill: 5,
    source: "assumed: AWS publishes no figures for VPC Lattice",
  },
  {
    name: "servicediscovery:read",
    service: "servicediscovery",
    operations: "non-mutating",
    each: false,
    capacity: 20,
    refill: 10,
    source: "assumed: AWS publishes figures for DiscoverInstances only",
  },
  {
    name: "servicediscovery:registration",
    service: "servicediscovery",
    operations: "mutating",
    each: false,
    capacity: 50,
    refill: 25,
    source: "assumed: AWS publishes figures for DiscoverInstances only",
  },
  {
    name: "autoscaling:all",
    service: "autoscaling",
    operations: "all",
    each: false,
    capacity: 100,
    refill: 20,
    source: `assumed: all operations share one bucket (${ASG}), its figures are not published`,
  },
  {
    name: "sns:publish",
    service: "sns",
    operations: ["Publish"],
    each: false,
    capacity: 300,
    refill: 300,
    // The quota of the smallest Regions; it is a rate, so that a bucket of one second is assumed.
    source: "https://docs.aws.amazon.com/general/latest/gr/sns.html",
  },
  {
    name: "ssm:commands",
    service: "ssm",
    operations: ["SendCommand", "GetCommandInvocation"],
    each: true,
    capacity: 10,
    refill: 5,
    source: "assumed: AWS publishes no figures for Run Command",
  },
  {
    name: "sts:all",
    service: "sts",
    operations: "all",
    each: false,
    capacity: 600,
    refill: 600,
    // A rate for each account and Region, so that a bucket of one second is assumed.
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
  },
];
