/** One of AWS's request budgets: a token bucket for each account and region. */
export interface Limit {
  /** Names the lane, for example `ecs:cluster-read`. */
  readonly name: string;
  /** Tokens in a full bucket: requests that may leave at once. */
  readonly capacity: number;
  /** Tokens a second. */
  readonly refill: number;
}

const limit = (name: string, capacity: number, refill: number): Limit => ({ name, capacity, refill });

/**
 * What a lane starts from; it learns the rest from AWS's throttling.
 *
 * - EC2 has a bucket for each operation: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 * - ECS has one for each category of operations:
 *   https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 * - ELB has one for reads and one for registrations, and others for the API of Classic Load Balancers:
 *   https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html; the figures for
 *   registrations, and that those of Classic Load Balancers are the same, are assumed.
 * - Auto Scaling has a single one: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/Welcome.html; its figures
 *   are assumed.
 * - SNS: the quota of the smallest Regions, https://docs.aws.amazon.com/general/latest/gr/sns.html
 * - PutEvents: that of the smallest Regions, https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 * - Run Command: assumed; AWS publishes no figures.
 * - Parameter Store: 40 a second, https://docs.aws.amazon.com/general/latest/gr/ssm.html
 * - Secrets Manager allows far more than we ask: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
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
  elbRead: limit("elasticloadbalancing:read", 40, 10),
  elbRegistration: limit("elasticloadbalancing:registration", 20, 4),
  classicElbRead: limit("elasticloadbalancing-classic:read", 40, 10),
  classicElbRegistration: limit("elasticloadbalancing-classic:registration", 20, 4),
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
  secretsManagerRead: limit("secretsmanager:read", 100, 100),
} satisfies { readonly [name: string]: Limit };
