import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { TargetGroup } from "../aws/calls/elb.ts";

/** Whether a target group can contain instances; `lambda` and `alb` cannot. */
export const holdsInstances = ({ targetType }: TargetGroup): boolean =>
  targetType === "instance" || targetType === "ip";

/**
 * Returns the ARNs of a group's target groups:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html (traffic source type `elbv2`)
 */
export function targetGroupsOf(group: AutoScalingGroup): readonly string[] {
  const sources = group.trafficSources.filter((one) => one.type === "elbv2").map((one) => one.identifier);
  return [...new Set([...group.targetGroupArns, ...sources])];
}
