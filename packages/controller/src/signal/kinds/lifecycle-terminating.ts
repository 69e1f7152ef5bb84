import { common, one } from "../event.ts";
import type { Kind } from "../kind.ts";
import { hookWaits, lifecycleAction, lifecycleDetail } from "../lifecycle.ts";

const detail = lifecycleDetail("terminating");

/**
 * An instance waits in Terminating:Wait until its hook is completed. A hook does not delay a Spot reclaim, but must be
 * completed all the same (docs/aws-facts.md, 5). The message does not contain the hook's timeout.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
export const lifecycleTerminating: Kind<"lifecycle-terminating"> = {
  events: [["aws.autoscaling", "EC2 Instance-terminate Lifecycle Action"]],
  parse: (event) =>
    one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d.EC2InstanceId }),
      kind: "lifecycle-terminating",
      lifecycle: lifecycleAction(event, "terminating", d),
    })),
  notice: null,
  implies: () => "ends",
  urgency: 5,
  isDated: true,
  instanceListed: true,
  describe: ({ lifecycle }) => hookWaits(lifecycle),
};
