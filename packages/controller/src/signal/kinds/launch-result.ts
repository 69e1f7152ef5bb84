import { common, ignore, one } from "../event.ts";
import type { Event } from "../event.ts";
import type { Kind } from "../kind.ts";
import { namesNoInstance, scalingResult } from "../scaling-result.ts";

const ok = (event: Event): boolean => event.detailType === "EC2 Instance Launch Successful";

/**
 * An Auto Scaling group's launch succeeded or failed, with the cause.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
 */
export const launchResult: Kind<"launch-result"> = {
  events: [
    ["aws.autoscaling", "EC2 Instance Launch Successful"],
    ["aws.autoscaling", "EC2 Instance Launch Unsuccessful"],
  ],
  parse(event) {
    if (!ok(event) && namesNoInstance(event.detail)) return ignore(event, "not-actionable");
    return one(event, scalingResult, (d) => ({
      ...common(event, { type: "instance", id: d.instanceId }),
      kind: "launch-result",
      availabilityZone: d.availabilityZone ?? event.availabilityZone,
      group: d.group,
      ok: ok(event),
      cause: d.cause,
    }));
  },
  notice: null,
  implies: ({ ok }) => (ok ? "lives" : null),
  urgency: 0,
  isDated: true,
  instanceListed: true,
  describe: ({ group, ok }) => `Group ${group} ${ok ? "launched" : "failed to launch"} the instance.`,
};
