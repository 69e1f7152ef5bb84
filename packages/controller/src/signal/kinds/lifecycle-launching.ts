import { common, one } from "../event.ts";
import type { Kind } from "../kind.ts";
import { hookWaits, lifecycleAction, lifecycleDetail } from "../lifecycle.ts";

const detail = lifecycleDetail("launching");

/**
 * An instance waits in Pending:Wait until its hook is completed.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
export const lifecycleLaunching: Kind<"lifecycle-launching"> = {
  events: [["aws.autoscaling", "EC2 Instance-launch Lifecycle Action"]],
  parse: (event) =>
    one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d.EC2InstanceId }),
      kind: "lifecycle-launching",
      lifecycle: lifecycleAction(event, "launching", d),
    })),
  notice: null,
  implies: () => null,
  urgency: 4,
  isDated: true,
  instanceListed: true,
  describe: ({ lifecycle }) => hookWaits(lifecycle),
};
