import type {
  CapacityProvider as SdkCapacityProvider,
  Cluster,
  ContainerInstance as SdkContainerInstance,
  Task,
  TaskDefinition as SdkTaskDefinition,
} from "@aws-sdk/client-ecs";
import type { CapacityProvider, ContainerInstance, EcsCluster, EcsTask, TaskDefinition } from "../calls/ecs.ts";

/** Returns the last part of an ARN, or the name itself. */
export const nameOf = (arnOrName: string): string => arnOrName.slice(arnOrName.lastIndexOf("/") + 1);

export const clusterOf = (one: Cluster): EcsCluster => ({
  arn: one.clusterArn ?? "",
  tags: Object.fromEntries((one.tags ?? []).flatMap(({ key, value }) => (key ? [[key, value ?? ""]] : []))),
  capacityProviders: one.capacityProviders ?? [],
});

export const capacityProviderOf = (one: SdkCapacityProvider): CapacityProvider => ({
  name: one.name ?? "",
  groupArn: one.autoScalingGroupProvider?.autoScalingGroupArn ?? null,
  managedDraining: one.autoScalingGroupProvider?.managedDraining === "ENABLED",
  managedTerminationProtection: one.autoScalingGroupProvider?.managedTerminationProtection === "ENABLED",
  managedInstances: one.managedInstancesProvider !== undefined,
});

/**
 * Converts a container instance; returns null if it is not on an EC2 instance. `cluster` is the requested one, since
 * ECS does not return it.
 */
export const containerInstanceOf = (cluster: string, one: SdkContainerInstance): ContainerInstance | null =>
  one.ec2InstanceId === undefined || one.containerInstanceArn === undefined
    ? null
    : {
        clusterArn: cluster,
        arn: one.containerInstanceArn,
        instanceId: one.ec2InstanceId,
        status: one.status ?? "unknown",
        agentConnected: one.agentConnected ?? false,
        runningTasks: one.runningTasksCount ?? 0,
        pendingTasks: one.pendingTasksCount ?? 0,
        capacityProvider: one.capacityProviderName ?? null,
        attributes: Object.fromEntries(
          (one.attributes ?? []).flatMap(({ name, value }) => (name ? [[name, value ?? ""]] : [])),
        ),
      };

export const taskOf = (one: Task): EcsTask => ({
  arn: one.taskArn ?? "",
  clusterArn: one.clusterArn ?? "",
  containerInstanceArn: one.containerInstanceArn ?? null,
  taskDefinitionArn: one.taskDefinitionArn ?? "",
  group: one.group ?? null,
  startedBy: one.startedBy ?? null,
  lastStatus: one.lastStatus ?? "unknown",
  desiredStatus: one.desiredStatus ?? "unknown",
  launchType: one.launchType ?? null,
  availabilityZone: one.availabilityZone ?? null,
  privateAddresses: addressesOf(one),
  ownInterface: hasOwnInterface(one),
  hostPorts: hasOwnInterface(one) ? [] : hostPortsOf(one),
  // Only `GetTaskProtection` returns it:
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html
  protectedUntil: null,
  stopCode: one.stopCode ?? null,
  // `stoppingAt` is absent if the containers ended by themselves.
  stoppingAt: (one.stoppingAt ?? one.executionStoppedAt ?? one.stoppedAt)?.getTime() ?? null,
  endedAt: (one.executionStoppedAt ?? one.stoppedAt)?.getTime() ?? null,
});

/**
 * Names of the address attributes; in an IPv6-only subnet there is no IPv4 address:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
 */
const ADDRESSES: ReadonlySet<string | undefined> = new Set(["privateIPv4Address", "ipv6Address"]);

/**
 * Returns the addresses of the task's network interface and of its containers:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attachment.html
 */
function addressesOf(one: Task): string[] {
  const attached = (one.attachments ?? [])
    .flatMap(({ details = [] }) => details)
    .filter(({ name }) => ADDRESSES.has(name))
    .map(({ value }) => value);
  const seen = (one.containers ?? []).flatMap(({ networkInterfaces = [] }) =>
    networkInterfaces.flatMap(({ privateIpv4Address, ipv6Address }) => [privateIpv4Address, ipv6Address]),
  );
  return [...new Set([...attached, ...seen].flatMap((address) => address || []))];
}

/**
 * Returns the host ports of the task (also those that Docker chose):
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NetworkBinding.html
 */
const hostPortsOf = ({ containers = [] }: Task): number[] => [
  ...new Set(
    containers.flatMap(({ networkBindings = [] }) => networkBindings.flatMap(({ hostPort }) => hostPort ?? [])),
  ),
];

/**
 * Whether the task has its own network interface, by the attachment's type:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attachment.html
 */
const hasOwnInterface = ({ launchType, attachments = [], containers = [] }: Task): boolean =>
  launchType === "FARGATE" ||
  attachments.some(({ type }) => type === "ElasticNetworkInterface" || type === "eni") ||
  containers.some(({ networkInterfaces = [] }) => networkInterfaces.length > 0);

export function taskDefinitionOf(one: SdkTaskDefinition): TaskDefinition {
  const timeouts = (one.containerDefinitions ?? []).flatMap(({ stopTimeout }) => stopTimeout ?? []);
  return {
    arn: one.taskDefinitionArn ?? "",
    stopTimeout: timeouts.length === 0 ? null : Math.max(...timeouts) * 1_000,
    networkMode: one.networkMode ?? null,
  };
}
