import type { Activity, Group, Member, Move } from "./group-state.ts";
import type { World } from "../state.ts";
import { arn } from "../region.ts";
import { publish } from "../events.ts";
import { transitionOf } from "./hooks.ts";

/** The number of activities that are kept; DescribeScalingActivities keeps six weeks. */
const kept = 500;

export const beginActivity = (world: World, group: Group, description: string, cause: string): Activity => {
  const activity: Activity = {
    id: world.random.uuid(),
    description,
    cause,
    startTime: world.clock.now(),
    endTime: null,
    status: "InProgress",
    statusMessage: null,
  };
  group.activities.push(activity);
  if (group.activities.length > kept) group.activities.splice(0, group.activities.length - kept);
  return activity;
};

/**
 * Ends an activity and publishes its result.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
 */
export const endActivity = (
  world: World,
  group: Group,
  activity: Activity,
  result: { readonly move: Move; readonly member: Member | null; readonly failure?: string },
): void => {
  activity.endTime = world.clock.now();
  activity.status = result.failure === undefined ? "Successful" : "Failed";
  activity.statusMessage = result.failure ?? null;
  const instance = result.member?.instance ?? null;
  const { origin, destination } = result.move;
  const what = transitionOf(result.move) === "autoscaling:EC2_INSTANCE_LAUNCHING" ? "Launch" : "Terminate";
  publish(world, group.region, {
    source: "aws.autoscaling",
    detailType: `EC2 Instance ${what} ${result.failure === undefined ? "Successful" : "Unsuccessful"}`,
    resources: [group.arn, ...(instance ? [arn(group.region, "ec2", `instance/${instance.id}`)] : [])],
    detail: {
      StatusCode: result.failure === undefined ? "InProgress" : "Failed",
      StatusMessage: result.failure ?? "",
      Description: activity.description,
      AutoScalingGroupName: group.name,
      ActivityId: activity.id,
      RequestId: activity.id,
      Details: instance ? { "Availability Zone": instance.zone.name, "Subnet ID": instance.zone.subnetId } : {},
      StartTime: new Date(activity.startTime).toISOString(),
      EndTime: new Date(activity.endTime).toISOString(),
      ...(instance ? { EC2InstanceId: instance.id } : {}),
      Cause: activity.cause,
      Origin: origin,
      Destination: destination,
    },
  });
};
