/** One of AWS's request budgets: a token bucket for each account and region. */
export interface Limit {
  /** Name of the lane, for example `ecs:cluster-read`. */
  readonly name: string;
  /** Tokens in a full bucket: requests that may be sent at once. */
  readonly capacity: number;
  /** Tokens per second. */
  readonly refill: number;
  /** Another budget to which each request is also charged. */
  readonly also?: Limit;
}

const limit = (name: string, capacity: number, refill: number): Limit => ({ name, capacity, refill });

const elbRead = limit("elasticloadbalancing:read", 40, 10);
const classicElbRead = limit("elasticloadbalancing-classic:read", 40, 10);

/**
 * Initial limits of the lanes, which adapt to AWS's throttling.
 *
 * - EC2 has a bucket for each operation: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 * - ECS has one for each category of operations:
 *   https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 * - ELB has one for reads (40, refilled 10/s) and one for registrations (20, refilled 4/s), and the same again for the
 *   API of Classic Load Balancers; registrations by ECS and Auto Scaling are not charged:
 *   https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html. Whether a registration
 *   is also charged to the larger budget is not documented: assumed, since a too careful lane is never throttled.
 * - Auto Scaling has a single bucket: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/Welcome.html; its
 *   figures are assumed.
 * - SNS: the quota of the smallest Regions, https://docs.aws.amazon.com/general/latest/gr/sns.html
 * - PutEvents: the quota of the smallest Regions,
 *   https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 * - Run Command: assumed; AWS publishes no figures.
 * - Parameter Store: 40 a second, https://docs.aws.amazon.com/general/latest/gr/ssm.html
 * - Secrets Manager allows far more than we need:
 *   https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 * - STS allows far more than we need: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 * - Cloud Map, VPC Lattice: assumed.
 */
export const limits = {
  ec2DescribeInstances: limit("ec2:DescribeInstances", 100, 20),
  ec2TerminateInstances: limit("ec2:TerminateInstances", 50, 5),
  autoScaling: limit("autoscaling", 100, 20),
  ecsClusterRead: limit("ecs:cluster-read", 50, 20),
  ecsTaskDefinitionRead: limit("ecs:task-definition-read", 50, 20),
  ecsCapacityProviderRead: limit("ecs:capacity-provider-read", 50, 20),
  ecsResourceRead: limit("ecs:cluster-resource-read", 100, 20),
  ecsResourceModify: limit("ecs:cluster-resource-modify", 100, 40),
  ecsServiceRead: limit("ecs:service-read", 100, 20),
  elbRead,
  elbRegistration: { ...limit("elasticloadbalancing:registration", 20, 4), also: elbRead },
  classicElbRead,
  classicElbRegistration: { ...limit("elasticloadbalancing-classic:registration", 20, 4), also: classicElbRead },
  latticeRead: limit("vpc-lattice:read", 20, 10),
  latticeRegistration: limit("vpc-lattice:registration", 10, 5),
  cloudMapRead: limit("servicediscovery:read", 20, 10),
  cloudMapRegistration: limit("servicediscovery:registration", 50, 25),
  snsPublish: limit("sns:Publish", 300, 300),
  snsRead: limit("sns:GetTopicAttributes", 30, 30),
  putEvents: limit("events:PutEvents", 400, 400),
  ssmRead: limit("ssm:read", 40, 40),
  ssmSendCommand: limit("ssm:SendCommand", 10, 5),
  ssmGetCommandInvocation: limit("ssm:GetCommandInvocation", 10, 5),
  stsRead: limit("sts:read", 10, 5),
  secretsManagerRead: limit("secretsmanager:read", 100, 100),
} satisfies { readonly [name: string]: Limit };
