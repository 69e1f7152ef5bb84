import { z } from "zod";
import { common, ignore, one } from "../event.ts";
import type { Kind } from "../kind.ts";
import { asObject, asText, asZone, count, flag, instanceId, list, text } from "../shape.ts";

const detail = z.object({
  ec2InstanceId: instanceId,
  clusterArn: text(512),
  containerInstanceArn: text(512),
  status: text(64),
  agentConnected: flag,
  runningTasksCount: count,
  pendingTasksCount: count,
  attributes: list,
});

/**
 * A container instance was registered, drained, lost its agent or changed its resources. The inventory takes the
 * cluster of an instance from this event (docs/aws-facts.md, 13). External instances (`mi-…`) are not EC2 instances.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
 */
export const containerInstanceChange: Kind<"container-instance-change"> = {
  events: [["aws.ecs", "ECS Container Instance State Change"]],
  parse(event) {
    const id = asText(asObject(event.detail)["ec2InstanceId"]);
    if (id === null || id.startsWith("mi-")) return ignore(event, "not-ec2");
    return one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d.ec2InstanceId }),
      kind: "container-instance-change",
      availabilityZone: zoneOf(d.attributes) ?? event.availabilityZone,
      clusterArn: d.clusterArn,
      containerInstanceArn: d.containerInstanceArn,
      status: d.status,
      agentConnected: d.agentConnected,
      runningTasks: d.runningTasksCount,
      pendingTasks: d.pendingTasksCount,
    }));
  },
  notice: null,
  implies: () => null,
  urgency: 0,
  isDated: true,
  instanceListed: false,
  describe: ({ status }) => `ECS says that the container instance is ${status}.`,
};

function zoneOf(attributes: readonly unknown[]): string | null {
  for (const attribute of attributes.slice(0, 256)) {
    const { name, value } = asObject(attribute);
    if (name === "ecs.availability-zone") return asZone(value);
  }
  return null;
}
