import type { CapacityProvider, Cluster, ContainerInstance, Task, TaskDefinition } from "../../fleet/ecs/state.ts";
import type { Group } from "../../fleet/groups/group-state.ts";
import { whereOf } from "../../fleet/ecs/launch.ts";
import type { JsonObject, Ms } from "../../operation.ts";
import { addressDetails, hasInterface, networkInterface } from "../../fleet/ecs/addresses.ts";

const date = (name: string, at: Ms | null): JsonObject => (at === null ? {} : { [name]: new Date(at) });
export const count = (tasks: Iterable<Task>, status: Task["lastStatus"]): number =>
  [...tasks].filter((task) => task.lastStatus === status).length;

export const renderCluster = (cluster: Cluster): JsonObject => {
  const tasks = [...cluster.tasks.values()];
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: "ACTIVE",
    registeredContainerInstancesCount: cluster.containerInstances.size,
    runningTasksCount: count(tasks, "RUNNING"),
    pendingTasksCount: count(tasks, "PENDING"),
    activeServicesCount: cluster.services.size,
    statistics: [],
    tags: [],
    settings: [],
    capacityProviders: cluster.capacityProviders.map(({ name }) => name),
    defaultCapacityProviderStrategy: [],
  };
};

export const renderProvider = (provider: CapacityProvider): JsonObject => ({
  capacityProviderArn: provider.arn,
  name: provider.name,
  status: "ACTIVE",
  ...(provider.group === null ? renderManaged(provider) : renderOfGroup(provider, provider.group)),
  tags: [],
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedInstancesProvider.html */
const renderManaged = ({ cluster, managedInstances }: CapacityProvider): JsonObject => ({
  type: "MANAGED_INSTANCES",
  cluster: cluster.name,
  managedInstancesProvider: {
    infrastructureRoleArn: ROLE,
    instanceLaunchTemplate: {
      ec2InstanceProfileArn: PROFILE,
      networkConfiguration: { subnets: cluster.region.zones.map(({ subnetId }) => subnetId) },
      capacityOptionType: managedInstances === "spot" ? "SPOT" : "ON_DEMAND",
    },
    propagateTags: "NONE",
  },
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedScaling.html (defaults) */
const SCALING: JsonObject = {
  status: "ENABLED",
  targetCapacity: 100,
  minimumScalingStepSize: 1,
  maximumScalingStepSize: 10_000,
  instanceWarmupPeriod: 300,
};

const renderOfGroup = (provider: CapacityProvider, group: Group): JsonObject => ({
  type: "EC2_AUTOSCALING",
  autoScalingGroupProvider: {
    autoScalingGroupArn: group.arn,
    // "managed scaling must also be used otherwise managed termination protection doesn't work":
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html
    managedScaling: provider.managedScaling ? SCALING : { status: "DISABLED" },
    managedTerminationProtection: provider.managedTerminationProtection ? "ENABLED" : "DISABLED",
    managedDraining: provider.managedDraining ? "ENABLED" : "DISABLED",
  },
});

const resources = (cpu: number, memory: number): JsonObject[] => [
  { name: "CPU", type: "INTEGER", integerValue: cpu },
  { name: "MEMORY", type: "INTEGER", integerValue: memory },
];

export const renderContainer = (container: ContainerInstance): JsonObject => ({
  containerInstanceArn: container.arn,
  ec2InstanceId: container.instance.id,
  ...(container.capacityProvider ? { capacityProviderName: container.capacityProvider.name } : {}),
  version: container.version,
  versionInfo: { agentVersion: "1.90.0", dockerVersion: "DockerVersion: 25.0.8" },
  remainingResources: resources(container.cpu - container.usedCpu, container.memory - container.usedMemory),
  registeredResources: resources(container.cpu, container.memory),
  status: container.status,
  agentConnected: container.agentConnected,
  runningTasksCount: count(container.tasks, "RUNNING"),
  pendingTasksCount: count(container.tasks, "PENDING"),
  attributes: [
    { name: "ecs.availability-zone", value: container.instance.zone.name },
    { name: "ecs.instance-type", value: container.instance.type },
  ],
  ...date("registeredAt", container.registeredAt),
  attachments: [],
  tags: [],
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html */
export const renderTask = (task: Task): JsonObject => ({
  taskArn: task.arn,
  clusterArn: task.cluster.arn,
  taskDefinitionArn: task.definition.arn,
  ...whereOf(task),
  group: task.group,
  ...(task.startedBy === null ? {} : { startedBy: task.startedBy }),
  availabilityZone: task.zone,
  lastStatus: task.lastStatus,
  desiredStatus: task.desiredStatus,
  cpu: String(task.definition.cpu),
  memory: String(task.definition.memory),
  version: task.version,
  ...date("createdAt", task.createdAt),
  ...date("startedAt", task.startedAt),
  ...date("stoppingAt", task.stoppingAt),
  ...date("stoppedAt", task.stoppedAt),
  // The model has no time between the end of the containers and STOPPED.
  ...date("executionStoppedAt", task.stoppedAt),
  ...(task.stopCode === null ? {} : { stopCode: task.stopCode }),
  ...(task.stoppedReason === null ? {} : { stoppedReason: task.stoppedReason }),
  attachments: hasInterface(task)
    ? [
        {
          id: task.arn.slice(-32),
          type: "ElasticNetworkInterface",
          status: task.lastStatus === "STOPPED" ? "DELETED" : "ATTACHED",
          details: addressDetails(task),
        },
      ]
    : [],
  containers: [
    {
      name: task.definition.family,
      taskArn: task.arn,
      lastStatus: task.lastStatus === "PENDING" ? "PENDING" : task.lastStatus === "STOPPED" ? "STOPPED" : "RUNNING",
      ...(task.exitCode === null ? {} : { exitCode: task.exitCode }),
      networkBindings:
        hasInterface(task) || task.lastStatus === "PENDING"
          ? []
          : [
              {
                bindIP: "0.0.0.0",
                containerPort: task.service?.containerPort ?? 8080,
                hostPort: task.hostPort,
                protocol: "tcp",
              },
            ],
      networkInterfaces: hasInterface(task) ? [networkInterface(task)] : [],
    },
  ],
  tags: [],
});

export const ROLE = "arn:aws:iam::123456789012:role/ecsInfrastructureRole";
const PROFILE = "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole";

export const renderDefinition = (definition: TaskDefinition): JsonObject => ({
  taskDefinitionArn: definition.arn,
  family: definition.family,
  revision: definition.revision,
  status: "ACTIVE",
  ...(definition.networkMode === null ? {} : { networkMode: definition.networkMode }),
  cpu: String(definition.cpu),
  memory: String(definition.memory),
  containerDefinitions: [
    {
      name: definition.family,
      image: `registry.example/${definition.family}:1`,
      essential: true,
      ...(definition.stopTimeout === null ? {} : { stopTimeout: definition.stopTimeout }),
    },
  ],
  volumes: [],
});
