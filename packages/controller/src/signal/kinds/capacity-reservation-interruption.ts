import { z } from "zod";
import type { Ms } from "../../clock.ts";
import { common, one } from "../event.ts";
import { deadlineSuffix } from "../deadline-suffix.ts";
import type { Kind } from "../kind.ts";
import { action, instanceId, time } from "../shape.ts";

const NOTICE: Ms = 120_000;

const detail = z.object({ "instance-id": instanceId, "instance-action": action, "instance-termination-time": time });

/**
 * An interruptible capacity reservation takes its capacity back, two minutes after the notice. Unlike a Spot warning
 * the event names the time; if that cannot be parsed, two minutes after the event are used, and `timeKnown` is false.
 * Its `azId` is the id of a zone, not the name. AWS documents two detail-types.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-interruptible-cr.html
 */
export const capacityReservationInterruption: Kind<"capacity-reservation-interruption"> = {
  events: [
    ["aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"],
    ["aws.ec2", "EC2 Interruptible Capacity Reservation Instance Interruption Warning"],
  ],
  parse: (event) =>
    one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d["instance-id"] }),
      kind: "capacity-reservation-interruption",
      action: d["instance-action"],
      timeKnown: event.timeKnown && d["instance-termination-time"] !== null,
      deadline: d["instance-termination-time"] ?? event.at + NOTICE,
    })),
  notice: "minutes",
  implies: () => "ends",
  urgency: 6,
  isDated: true,
  instanceListed: true,
  describe: ({ action: does, deadline }) =>
    `Capacity-reservation interruption warning (${does ?? "action not told"})${deadlineSuffix(deadline)}.`,
};
