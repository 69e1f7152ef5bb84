import type { EcsTask } from "../aws/calls/ecs.ts";
import type { AnnouncedTask } from "../inventory/inventory.ts";

/** Makes a task from its Fargate Spot stop event, with the fields that deregistering its address needs. */
export const announcedTask = (arn: string, announced: AnnouncedTask): EcsTask => ({
  arn,
  clusterArn: announced.clusterArn,
  containerInstanceArn: null,
  taskDefinitionArn: "",
  group: announced.service === null ? null : `service:${announced.service}`,
  startedBy: null,
  lastStatus: "RUNNING",
  desiredStatus: "STOPPED",
  launchType: "FARGATE",
  availabilityZone: announced.availabilityZone,
  privateAddresses: announced.privateAddresses,
  ownInterface: true,
  protectedUntil: null,
  stopCode: "SpotInterruption",
});
