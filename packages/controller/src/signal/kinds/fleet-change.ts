import { z } from "zod";
import { common, ignore, one } from "../event.ts";
import type { Event } from "../event.ts";
import type { Kind } from "../kind.ts";
import { asObject, asText, asZone, instanceId, word } from "../shape.ts";
import type { Fleet } from "../../model/signal.ts";
import { readJson } from "../json.ts";

const detail = z.object({
  "instance-id": instanceId,
  "sub-type": word("launched", "terminated", "termination_notified"),
  description: z.unknown().optional(),
});

/**
 * An EC2 Fleet or Spot Fleet launched an instance, terminated one, or will terminate one because its target capacity
 * was lowered. Only fleets of type `maintain` and `request` send this event; its first resource is the fleet.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-ec2-fleet-using-eventbridge.html
 */
export const fleetChange: Kind<"fleet-change"> = {
  events: [
    ["aws.ec2fleet", "EC2 Fleet Instance Change"],
    ["aws.ec2spotfleet", "EC2 Spot Fleet Instance Change"],
  ],
  parse(event) {
    const fleet = fleetIn(event);
    if (fleet === null) return ignore(event, "not-actionable");
    return one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d["instance-id"] }),
      kind: "fleet-change",
      availabilityZone: zoneIn(d.description) ?? event.availabilityZone,
      fleet,
      change: d["sub-type"],
    }));
  },
  notice: null,
  implies: ({ change }) => SAYS[change],
  urgency: 1,
  isDated: true,
  instanceListed: false,
  describe: ({ fleet, change }) => `${fleet.id} ${DID[change]}.`,
};

const SAYS = { launched: "lives", terminated: null, termination_notified: "ends" } as const;

const DID = {
  launched: "launched the instance",
  terminated: "terminated the instance",
  termination_notified: "scales down and will terminate the instance",
} as const;

/**
 * Reads the fleet from ARNs such as `arn:aws:ec2:…:fleet/fleet-…` and `arn:aws:ec2:…:spot-fleet-request/sfr-…`; null if
 * none is one.
 */
export function fleetIn({ resources }: Pick<Event, "resources">): Fleet | null {
  for (const resource of resources) {
    const [, type, id] =
      /^arn:[a-z-]+:ec2:[a-z0-9-]*:\d*:(fleet|spot-fleet-request)\/((?:fleet|sfr)-[0-9a-f-]{8,64})$/.exec(resource) ??
      [];
    if (id !== undefined) return { type: type === "fleet" ? "ec2-fleet" : "spot-fleet", id };
  }
  return null;
}

/** Reads the zone from the description of a launch, which is JSON in a string; null if there is none. */
function zoneIn(description: unknown): string | null {
  const text = asText(description, 4_096);
  if (text === null) return null;
  const json = readJson(text);
  return json.ok ? asZone(asObject(json.value)["availabilityZone"]) : null;
}
