import type { EventRule } from "../fleet/events.ts";

/** Messages about lifecycle hooks. */
const HOOKS = ["EC2 Instance-launch Lifecycle Action", "EC2 Instance-terminate Lifecycle Action"];

/**
 * Returns the EventBridge rules of Spotkeeper's queue: all it handles, and of ECS task events only Spot stops.
 *
 * @param bareHooks whether hook messages come without their envelope, as by a target with an input path
 */
export const spotkeeperRules = (queueArn: string, bareHooks = false): EventRule[] => [
  {
    sources: ["aws.ec2"],
    detailTypes: [
      "EC2 Spot Instance Interruption Warning",
      "EC2 Instance Rebalance Recommendation",
      "EC2 Instance State-change Notification",
    ],
    queueArn,
  },
  ...(bareHooks
    ? [
        { sources: ["aws.autoscaling"], detailTypes: HOOKS, queueArn, detailOnly: true },
        {
          sources: ["aws.autoscaling"],
          detailTypes: ["Launch", "Terminate"].flatMap((what) => [
            `EC2 Instance ${what} Successful`,
            `EC2 Instance ${what} Unsuccessful`,
          ]),
          queueArn,
        },
      ]
    : [{ sources: ["aws.autoscaling"], detailTypes: [], queueArn }]),
  { sources: ["aws.ecs"], detailTypes: ["ECS Container Instance State Change", "ECS Service Action"], queueArn },
  {
    sources: ["aws.ecs"],
    detailTypes: ["ECS Task State Change"],
    detail: { stopCode: ["SpotInterruption"] },
    queueArn,
  },
];
