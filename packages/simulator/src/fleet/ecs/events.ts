import type { ContainerInstance, Service, Task } from "./state.ts";
import type { JsonObject, Ms } from "../../operation.ts";
import type { World } from "../state.ts";
import { addressDetails, hasInterface } from "./addresses.ts";
import { publish } from "../events.ts";
import { whereOf } from "./launch.ts";

const time = (at: Ms | null): string | undefined => (at === null ? undefined : new Date(at).toISOString());

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
export const publishTask = (world: World, task: Task): void => {
  task.version += 1;
  const { cluster } = task;
  const detail: JsonObject = {
    taskArn: task.arn,
    clusterArn: cluster.arn,
    taskDefinitionArn: task.definition.arn,
    ...whereOf(task),
    group: task.group,
    availabilityZone: task.zone,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    cpu: String(task.definition.cpu),
    memory: String(task.definition.memory),
    ...(task.startedBy === null ? {} : { startedBy: task.startedBy }),
    ...(task.stopCode === null ? {} : { stopCode: task.stopCode }),
    ...(task.stoppedReason === null ? {} : { stoppedReason: task.stoppedReason }),
    createdAt: time(task.createdAt),
    startedAt: time(task.startedAt),
    stoppingAt: time(task.stoppingAt),
    stoppedAt: time(task.stoppedAt),
    attachments: hasInterface(task)
      ? [
          {
            id: task.arn.slice(-32),
            type: "eni",
            status: task.lastStatus === "STOPPED" ? "DELETED" : "ATTACHED",
            details: addressDetails(task),
          },
        ]
      : [],
    containers: [],
    overrides: { containerOverrides: [] },
    updatedAt: time(world.clock.now()),
    version: task.version,
  };
  publish(world, cluster.region, {
    source: "aws.ecs",
    detailType: "ECS Task State Change",
    resources: [task.arn],
    detail,
  });
};

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html */
export const publishContainerInstance = (world: World, container: ContainerInstance): void => {
  container.version += 1;
  publish(world, container.cluster.region, {
    source: "aws.ecs",
    detailType: "ECS Container Instance State Change",
    resources: [container.arn],
    detail: {
      containerInstanceArn: container.arn,
      clusterArn: container.cluster.arn,
      ec2InstanceId: container.instance.id,
      status: container.status,
      agentConnected: container.agentConnected,
      pendingTasksCount: [...container.tasks].filter((task) => task.lastStatus === "PENDING").length,
      runningTasksCount: [...container.tasks].filter((task) => task.lastStatus === "RUNNING").length,
      registeredAt: time(container.registeredAt),
      updatedAt: time(world.clock.now()),
      version: container.version,
    },
  });
};

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html */
export const publishService = (
  world: World,
  service: Service,
  eventName: "SERVICE_TASK_PLACEMENT_FAILURE" | "SERVICE_STEADY_STATE",
  reason: string | null,
): void =>
  publish(world, service.cluster.region, {
    source: "aws.ecs",
    detailType: "ECS Service Action",
    resources: [service.arn],
    detail: {
      eventType: eventName === "SERVICE_TASK_PLACEMENT_FAILURE" ? "ERROR" : "INFO",
      eventName,
      clusterArn: service.cluster.arn,
      createdAt: new Date(world.clock.now()).toISOString(),
      ...(reason === null ? {} : { reason }),
    },
  });

/** AWS keeps the newest hundred: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html */
export const addMessage = (world: World, service: Service, message: string): void => {
  service.messages.unshift({ id: world.random.uuid(), at: world.clock.now(), message });
  service.messages.splice(100);
};
