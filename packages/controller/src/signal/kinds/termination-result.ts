import { common, one } from "../event.ts";
import type { Event } from "../event.ts";
import type { Kind } from "../kind.ts";
import { scalingResult } from "../scaling-result.ts";

const ok = (event: Event): boolean => event.detailType === "EC2 Instance Terminate Successful";

/**
 * An Auto Scaling group's termination succeeded or failed, with the cause.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
 */
export const terminationResult: Kind<"termination-result"> = {
  events: [
    ["aws.autoscaling", "EC2 Instance Terminate Successful"],
    ["aws.autoscaling", "EC2 Instance Terminate Unsuccessful"],
  ],
  parse(event) {
    return one(event, scalingResult, (d) => ({
      ...common(event, { type: "instance", id: d.instanceId }),
      kind: "termination-result",
      availabilityZone: d.availabilityZone ?? event.availabilityZone,
      group: d.group,
      ok: ok(event),
      cause: d.cause,
    }));
  },
  notice: null,
  implies: () => null,
  urgency: 1,
  isDated: true,
  instanceListed: false,
  describe: ({ group, ok, retained }) =>
    retained === true
      ? `Group ${group} was seen to retain the instance, which runs on.`
      : `Group ${group} ${ok ? "terminated" : "failed to terminate"} the instance.`,
};
