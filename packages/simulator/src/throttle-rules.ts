import type { JsonObject, ServiceName } from "./operation.ts";

/** One of AWS's token buckets. Each account and region has one; if `each` is true, each operation too. */
export interface ThrottleRule {
  /** Its name in tables, for example `ec2:mutating`. */
  readonly name: string;
  readonly service: ServiceName;
  /** The operations that use it: by name, all of a kind, or all. */
  readonly operations: readonly string[] | "mutating" | "non-mutating" | "all";
  /** True: every operation has its own bucket. False: they share one. */
  readonly each: boolean;
  /** Tokens in a full bucket. */
  readonly capacity: number;
  /** Tokens added per second. */
  readonly refill: number;
  /** Returns the tokens that a call takes; default 1. */
  readonly cost?: (input: JsonObject) => number;
  /** Returns true for inputs that use this bucket; default: all. */
  readonly when?: (input: JsonObject) => boolean;
  /** The page with the numbers, or `assumed: ` and what is known. */
  readonly source: string;
}

const EC2 = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html";
const ECS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html";
const ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html";
const ASG = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/Welcome.html";

const count = (value: unknown): number => (Array.isArray(value) ? value.length : 1);

/**
 * Returns true for calls without paging and filters. Naming ids counts as neither (assumed: the page names only
 * pagination and filters).
 */
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
 * Returns the buckets of Elastic Load Balancing: one for all operations, and one for registrations. The API's two
 * versions have separate buckets. Calls that ECS and Auto Scaling make for a user count in neither; in the simulator,
 * the fleet's own registrations are not calls.
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

/** AWS's request limits for the simulated operations, each with its source. */
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
    // The quota of the smallest Regions. It is a rate, so a bucket of one second is assumed.
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
    // A rate for each account and Region, so a bucket of one second is assumed.
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
  },
];
