import type { EcsTask } from "../aws/calls/ecs.ts";
import type { AnnouncedTask } from "../inventory/inventory.ts";

/** The Fargate Spot task that a stop event tells of, as far as it does: enough to take its address away. */
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
