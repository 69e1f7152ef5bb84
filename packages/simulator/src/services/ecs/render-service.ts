import type { Launch, Service, Task, TaskSet } from "../../fleet/ecs/state.ts";
import { type Revision, revisionsOf } from "../../fleet/ecs/deployments.ts";
import { isSteady, wantedBy } from "../../fleet/ecs/task-sets.ts";
import type { TargetGroup } from "../../fleet/targets/target-state.ts";
import type { JsonObject } from "../../operation.ts";
import { count, ROLE } from "./render.ts";

/**
 * Renders one of the two: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html (launchType)
 */
const renderLaunch = (launch: Launch): JsonObject =>
  typeof launch === "string"
    ? { launchType: launch }
    : {
        capacityProviderStrategy: launch.map(({ provider, base, weight }) => ({
          capacityProvider: provider,
          base,
          weight,
        })),
      };

const countsOf = (desired: number, tasks: Iterable<Task>): JsonObject => ({
  desiredCount: desired,
  runningCount: count(tasks, "RUNNING"),
  pendingCount: count(tasks, "PENDING"),
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html */
export const renderService = (service: Service): JsonObject => {
  const deploymentConfiguration = {
    minimumHealthyPercent: service.minimumHealthyPercent,
    maximumPercent: service.maximumPercent,
  };
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html (INACTIVE when no task runs)
    status: service.status === "DRAINING" && service.tasks.size === 0 ? "INACTIVE" : service.status,
    ...countsOf(service.desired, service.tasks),
    schedulingStrategy: service.strategy,
    deploymentConfiguration,
    ...(service.controller === "ECS" ? renderOfEcs(service) : renderOfSets(service)),
    currentServiceRevisions: revisionsOf(service).map(({ arn }) => ({ arn })),
    events: service.messages.map(({ id, at, message }) => ({ id, createdAt: new Date(at), message })),
    createdAt: new Date(service.createdAt),
    placementStrategy: [],
    placementConstraints: [],
  };
};

const registriesOf = ({ traffic: { discovery } }: Service): JsonObject[] =>
  discovery === undefined ? [] : [{ registryArn: discovery.arn }];

/** Renders the fields of a service with the controller ECS. */
const renderOfEcs = (service: Service): JsonObject => {
  const { classicLoadBalancer: classic, latticeTargetGroup: lattice } = service.traffic;
  const container = { containerName: service.definition.family, containerPort: service.containerPort };
  return {
    deploymentController: { type: "ECS" },
    taskDefinition: service.definition.arn,
    ...renderLaunch(service.launch),
    deployments: [
      {
        id: `ecs-svc/${service.arn.slice(-16)}`,
        status: "PRIMARY",
        taskDefinition: service.definition.arn,
        ...countsOf(service.desired, service.tasks),
        ...(lattice === undefined
          ? {}
          : { vpcLatticeConfigurations: [{ roleArn: ROLE, targetGroupArn: lattice.arn, portName: "web" }] }),
      },
      ...earlierDeployments(service),
    ],
    loadBalancers: [
      ...balancersOf(service, service.targetGroup),
      ...(classic === undefined ? [] : [{ loadBalancerName: classic.name, ...container }]),
    ],
    serviceRegistries: registriesOf(service),
  };
};

/**
 * Renders the fields of a service with CodeDeploy or an external controller: its task sets, and the fields of the
 * primary one ("all fields specified for a primary task set"; null without one).
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html
 */
const renderOfSets = (service: Service): JsonObject => {
  const primary = service.taskSets.find(({ status }) => status === "PRIMARY");
  return {
    deploymentController: { type: service.controller },
    deployments: [],
    taskSets: service.taskSets.map((taskSet) => renderTaskSet(service, taskSet)),
    ...(primary === undefined ? { loadBalancers: [], serviceRegistries: [] } : fieldsOf(service, primary)),
  };
};

/** Renders the fields of a task set that its service has too if it is the primary one. */
const fieldsOf = (service: Service, { definition, targetGroup }: TaskSet): JsonObject => ({
  taskDefinition: definition.arn,
  ...renderLaunch(service.launch),
  loadBalancers:
    targetGroup === null
      ? []
      : [{ targetGroupArn: targetGroup.arn, containerName: definition.family, containerPort: service.containerPort }],
  serviceRegistries: registriesOf(service),
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html */
const renderTaskSet = (service: Service, taskSet: TaskSet): JsonObject => {
  const wanted = wantedBy(service, taskSet);
  const { runningCount, pendingCount } = countsOf(
    wanted,
    [...service.tasks].filter((task) => task.taskSet === taskSet),
  );
  return {
    id: taskSet.id,
    taskSetArn: taskSet.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    ...(service.controller === "CODE_DEPLOY" ? { startedBy: "CODE_DEPLOY" } : {}),
    status: taskSet.status,
    computedDesiredCount: wanted,
    runningCount,
    pendingCount,
    createdAt: new Date(taskSet.createdAt),
    ...fieldsOf(service, taskSet),
    scale: { value: taskSet.scale, unit: "PERCENT" },
    stabilityStatus: isSteady(service, taskSet) ? "STEADY_STATE" : "STABILIZING",
    tags: [],
  };
};

/**
 * Renders deployments that are being replaced:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
 */
const earlierDeployments = (service: Service): JsonObject[] =>
  [...new Set([...service.tasks].map(({ definition }) => definition))]
    .filter((definition) => definition !== service.definition)
    .map((definition) => ({
      id: `ecs-svc/${definition.revision}${service.arn.slice(-15)}`,
      status: "ACTIVE",
      taskDefinition: definition.arn,
      desiredCount: 0,
      runningCount: [...service.tasks].filter((task) => task.definition === definition).length,
      pendingCount: 0,
    }));

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html */
const balancersOf = (service: Service, targetGroup: TargetGroup | null): JsonObject[] => {
  const { alternateTargetGroup: alternate, moreTargetGroups } = service;
  const container = { containerName: service.definition.family, containerPort: service.containerPort };
  const advanced = alternate === null ? {} : { advancedConfiguration: { alternateTargetGroupArn: alternate.arn } };
  return [
    ...(targetGroup === null ? [] : [{ targetGroupArn: targetGroup.arn, ...container, ...advanced }]),
    ...moreTargetGroups.map((one) => ({ targetGroupArn: one.arn, ...container })),
  ];
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html */
export const renderRevision = (service: Service, { arn, definition, targetGroup }: Revision): JsonObject => ({
  serviceRevisionArn: arn,
  serviceArn: service.arn,
  clusterArn: service.cluster.arn,
  taskDefinition: definition.arn,
  loadBalancers: balancersOf(service, targetGroup),
  resolvedConfiguration: {
    loadBalancers: [...(targetGroup === null ? [] : [targetGroup]), ...service.moreTargetGroups].map((one) => ({
      targetGroupArn: one.arn,
    })),
  },
  createdAt: new Date(service.createdAt),
});
