import { z } from "zod";
import type { Ms } from "../../clock.ts";
import { common, one } from "../event.ts";
import { deadlineSuffix } from "../deadline-suffix.ts";
import type { Kind } from "../kind.ts";
import { action, instanceId } from "../shape.ts";

const NOTICE: Ms = 120_000;

const detail = z.object({ "instance-id": instanceId, "instance-action": action });

/**
 * The two-minute warning. The event names no deadline: capacity goes away two minutes after the event's `time`, or at
 * once for hibernation (docs/aws-facts.md, 1).
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 */
export const spotInterruption: Kind<"spot-interruption"> = {
  events: [["aws.ec2", "EC2 Spot Instance Interruption Warning"]],
  parse: (event) =>
    one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d["instance-id"] }),
      kind: "spot-interruption",
      action: d["instance-action"],
      deadline: d["instance-action"] === "hibernate" ? event.at : event.at + NOTICE,
    })),
  notice: "minutes",
  implies: () => "ends",
  urgency: 6,
  isDated: true,
  instanceListed: true,
  describe: ({ action: does, deadline }) =>
    `Spot interruption warning (${does ?? "action not told"})${deadlineSuffix(deadline)}.`,
};
