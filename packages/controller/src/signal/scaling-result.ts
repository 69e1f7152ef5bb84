import { z } from "zod";
import { asObject, asText, asZone, instanceId, note, text } from "./shape.ts";

export interface ScalingResult {
  readonly instanceId: string;
  readonly group: string;
  readonly cause: string | null;
  readonly availabilityZone: string | null;
}

const detail = z.object({
  EC2InstanceId: instanceId,
  AutoScalingGroupName: text(255),
  Cause: note(500),
  StatusMessage: note(500),
  Details: z.unknown().optional(),
});

/**
 * Schema of an Auto Scaling event about a launch or termination that succeeded or failed.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
 */
export const scalingResult: z.ZodType<ScalingResult> = detail.transform((d) => ({
  instanceId: d.EC2InstanceId,
  group: d.AutoScalingGroupName,
  cause: d.StatusMessage ?? d.Cause,
  availabilityZone: asZone(asObject(d.Details)["Availability Zone"]),
}));

/** Whether the event has no instance id: valid for a failed launch. */
export function namesNoInstance(raw: unknown): boolean {
  return asText(asObject(raw)["EC2InstanceId"]) === null;
}
