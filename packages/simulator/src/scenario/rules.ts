import type { EventRule } from "../fleet/events.ts";

/** The EventBridge rules that Spotkeeper's queue has: what it handles, and of ECS tasks only the Spot stops. */
export const spotkeeperRules = (queueArn: string): EventRule[] => [
  {
    sources: ["aws.ec2"],
    detailTypes: [
      "EC2 Spot Instance Interruption Warning",
      "EC2 Instance Rebalance Recommendation",
      "EC2 Instance State-change Notification",
    ],
    queueArn,
  },
  { sources: ["aws.autoscaling"], detailTypes: [], queueArn },
  { sources: ["aws.ecs"], detailTypes: ["ECS Container Instance State Change", "ECS Service Action"], queueArn },
  {
    sources: ["aws.ecs"],
    detailTypes: ["ECS Task State Change"],
    detail: { stopCode: ["SpotInterruption"] },
    queueArn,
  },
];
