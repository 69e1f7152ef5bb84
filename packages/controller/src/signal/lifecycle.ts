import { z } from "zod";
import type { Event } from "./event.ts";
import { absentOr, instanceId, note, optional, text } from "./shape.ts";
import type { LifecycleAction } from "../model/signal.ts";

export interface LifecycleDetail {
  readonly EC2InstanceId: string;
  readonly AutoScalingGroupName: string;
  readonly LifecycleHookName: string;
  readonly LifecycleActionToken: string | null;
  readonly NotificationMetadata: string | null;
  readonly Origin: string | null;
  readonly Destination: string | null;
}

/** The names of the two transitions that hooks exist for. */
export const TRANSITIONS = {
  terminating: "autoscaling:EC2_INSTANCE_TERMINATING",
  launching: "autoscaling:EC2_INSTANCE_LAUNCHING",
} as const;

/**
 * Schema of a lifecycle action, with or without envelope. `Origin` and `Destination` are absent in older payloads
 * (docs/aws-facts.md, 6). A transition that contradicts the detail-type is rejected, since a launch that is read as a
 * termination would drain a new instance.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
 */
export function lifecycleDetail(transition: keyof typeof TRANSITIONS): z.ZodType<LifecycleDetail> {
  return z.object({
    EC2InstanceId: instanceId,
    AutoScalingGroupName: text(255),
    LifecycleHookName: text(255),
    LifecycleActionToken: optional(64),
    LifecycleTransition: absentOr(TRANSITIONS[transition]),
    NotificationMetadata: note(1023),
    Origin: optional(64),
    Destination: optional(64),
  });
}

export function lifecycleAction(
  event: Event,
  transition: keyof typeof TRANSITIONS,
  detail: LifecycleDetail,
): LifecycleAction {
  return {
    group: detail.AutoScalingGroupName,
    hook: detail.LifecycleHookName,
    token: detail.LifecycleActionToken,
    transition,
    metadata: detail.NotificationMetadata,
    origin: detail.Origin,
    destination: detail.Destination,
    direct: event.direct,
  };
}

export const hookWaits = ({ hook, group, transition }: LifecycleAction): string =>
  `Hook ${hook} of group ${group} waits while the instance is ${transition}.`;
