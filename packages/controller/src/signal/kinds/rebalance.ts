import { z } from "zod";
import { common, one } from "../event.ts";
import type { Kind } from "../kind.ts";
import { instanceId } from "../shape.ts";

const detail = z.object({ "instance-id": instanceId });

/**
 * An elevated risk of interruption. The event can come long before the warning, together with it, or without a warning
 * after it; its time is no deadline (docs/aws-facts.md, 4).
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html
 */
export const rebalance: Kind<"rebalance"> = {
  events: [["aws.ec2", "EC2 Instance Rebalance Recommendation"]],
  parse: (event) =>
    one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d["instance-id"] }),
      kind: "rebalance",
    })),
  notice: "ahead",
  implies: () => null,
  urgency: 2,
  isDated: true,
  instanceListed: true,
  describe: () => "Rebalance recommendation.",
};
