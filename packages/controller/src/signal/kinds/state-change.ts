import { z } from "zod";
import { common, one } from "../event.ts";
import { isEndState } from "../states.ts";
import type { Kind } from "../kind.ts";
import { instanceId, word } from "../shape.ts";

const detail = z.object({
  "instance-id": instanceId,
  state: word("pending", "running", "stopping", "stopped", "shutting-down", "terminated"),
});

/**
 * An instance changed its state.  Only EC2's state reason shows whether an end was a missed notice
 * (docs/aws-facts.md, 11). https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
 */
export const stateChange: Kind<"state-change"> = {
  events: [["aws.ec2", "EC2 Instance State-change Notification"]],
  parse: (event) =>
    one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d["instance-id"] }),
      kind: "state-change",
      state: d.state,
    })),
  notice: null,
  implies: ({ state }) => (isEndState(state) ? "ends" : "lives"),
  urgency: 1,
  isDated: true,
  instanceListed: true,
  describe: ({ state }) => `EC2 says that the instance is ${state}.`,
};
