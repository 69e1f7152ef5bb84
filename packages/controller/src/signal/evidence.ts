import type { Event } from "./event.ts";
import { fleetIn } from "./kinds/fleet-change.ts";
import { asObject, asText } from "./shape.ts";
import type { Evidence } from "../model/signal.ts";

/** Events about no single instance that can explain why replacements do not launch. */
export const EVIDENCE_EVENTS = [
  ["aws.ecs", "ECS Service Action"],
  ["aws.ec2fleet", "EC2 Fleet Error"],
  ["aws.ec2fleet", "EC2 Fleet Information"],
  ["aws.ec2spotfleet", "EC2 Spot Fleet Error"],
  ["aws.ec2spotfleet", "EC2 Spot Fleet Information"],
] as const;

/** Text for each ECS service event that is about capacity; other events are ignored. */
const SERVICE_EVENTS: ReadonlyMap<string, string | null> = new Map([
  ["SERVICE_TASK_PLACEMENT_FAILURE", "its tasks cannot be placed"],
  ["SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED", "its daemons cannot be placed"],
  ["SERVICE_TASK_START_IMPAIRED", "its tasks do not start"],
  // The problem is over.
  ["SERVICE_STEADY_STATE", null],
]);

/** The sub-types of a fleet's information events that are about failed launches. */
const FLEET_INFORMATION: ReadonlySet<string> = new Set([
  "fleetProgressHalted",
  "launchSpecTemporarilyBlacklisted",
  "launchSpecUnusable",
]);

/**
 * Reads why replacements do not launch from an event about no single instance: a service whose tasks cannot be placed,
 * or a fleet that cannot launch. Returns null if the event says nothing about this.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-ec2-fleet-using-eventbridge.html
 */
export function evidenceIn(event: Event): Evidence | null {
  switch (event.detailType) {
    case "ECS Service Action":
      return ofService(event);
    case "EC2 Fleet Error":
    case "EC2 Spot Fleet Error":
      return ofFleet(event, () => true);
    case "EC2 Fleet Information":
    case "EC2 Spot Fleet Information":
      return ofFleet(event, (subType) => FLEET_INFORMATION.has(subType));
  }
  return null;
}

function ofService(event: Event): Evidence | null {
  const detail = asObject(event.detail);
  const words = SERVICE_EVENTS.get(asText(detail["eventName"], 64) ?? "");
  const clusterArn = asText(detail["clusterArn"]);
  const service = event.resources.find((arn) => arn.includes(":service/"));
  if (words === undefined || clusterArn === null || service === undefined) return null;
  const reason = asText(detail["reason"], 128);
  const said = words === null ? null : `${words}${reason === null ? "" : ` (${reason})`}`;
  return {
    about: { type: "service", clusterArn, name: service.slice(service.lastIndexOf("/") + 1) },
    said,
    at: event.at,
  };
}

function ofFleet(event: Event, counts: (subType: string) => boolean): Evidence | null {
  const detail = asObject(event.detail);
  const subType = asText(detail["sub-type"], 64);
  const fleet = fleetIn(event);
  if (subType === null || fleet === null || !counts(subType)) return null;
  const description = asText(detail["description"], 4_096)?.slice(0, 120);
  return { about: fleet, said: `${subType}${description === undefined ? "" : `: ${description}`}`, at: event.at };
}
