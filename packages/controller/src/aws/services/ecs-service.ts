import type { LoadBalancer, Service, ServiceRevision, TaskSet } from "@aws-sdk/client-ecs";
import type { EcsService } from "../calls/ecs.ts";

/** Events that are kept of the hundred that ECS returns, newest first: enough to show why a task was not placed. */
const EVENTS = 20;

/**
 * Converts a service, with all registrations of its tasks: by the service itself, by its task sets (deployments of
 * CodeDeploy and other controllers), and by revisions whose tasks still run during a deployment.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
 *
 * @param revisions the running revisions, as far as they were read
 */
export function serviceOf(one: Service, revisions: readonly ServiceRevision[] = []): EcsService {
  const sets = one.taskSets ?? [];
  const sources = [one, ...sets, ...revisions];
  const balancers = sources.flatMap(({ loadBalancers = [] }) => loadBalancers);
  const registries = sources.flatMap(({ serviceRegistries = [] }) => serviceRegistries);
  const lattice = [...(one.deployments ?? []), ...revisions, ...revisions.map(resolved)].flatMap(
    ({ vpcLatticeConfigurations = [] }) => vpcLatticeConfigurations,
  );
  const isDaemon = one.schedulingStrategy === "DAEMON";
  return {
    arn: one.serviceArn ?? "",
    name: one.serviceName ?? "",
    clusterArn: one.clusterArn ?? "",
    desired: one.desiredCount ?? 0,
    running: one.runningCount ?? 0,
    pending: one.pendingCount ?? 0,
    daemon: isDaemon,
    // Defaults: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    minimumHealthyPercent: one.deploymentConfiguration?.minimumHealthyPercent ?? (isDaemon ? 0 : 100),
    maximumPercent: one.deploymentConfiguration?.maximumPercent ?? (isDaemon ? 100 : 200),
    taskDefinitionArn: one.taskDefinition ?? primaryOf(sets)?.taskDefinition ?? "",
    targets: targetsOf(balancers, revisions),
    classicLoadBalancers: unique(balancers.flatMap(({ loadBalancerName }) => loadBalancerName ?? [])),
    serviceRegistries: unique(registries.flatMap(({ registryArn }) => registryArn ?? [])),
    latticeTargetGroups: unique(lattice.flatMap(({ targetGroupArn }) => targetGroupArn ?? [])),
    events: (one.events ?? [])
      .slice(0, EVENTS)
      .map(({ createdAt, message }) => ({ at: createdAt?.getTime() ?? 0, message: message ?? "" })),
  };
}

/**
 * Returns the ARNs of revisions to read: several run only during a deployment. The registrations of a single revision
 * are in the service itself.
 */
export const revisionsToRead = ({ currentServiceRevisions: current = [] }: Service): readonly string[] =>
  current.length > 1 ? current.flatMap(({ arn }) => arn ?? []) : [];

/**
 * Returns the configuration that the revision really uses:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResolvedConfiguration.html
 */
const resolved = ({ resolvedConfiguration }: ServiceRevision): NonNullable<ServiceRevision["resolvedConfiguration"]> =>
  resolvedConfiguration ?? {};

/** Returns the primary task set, which has the task definition if another controller deploys the service. */
const primaryOf = (sets: readonly TaskSet[]): TaskSet | undefined =>
  sets.find(({ status }) => status === "PRIMARY") ?? sets[0];

/**
 * Returns target groups with the container's port. Deployments by ECS move tasks between a target group and its
 * alternate, and each deployment changes which one serves, so a task is searched in both.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AdvancedConfiguration.html
 */
function targetsOf(balancers: readonly LoadBalancer[], revisions: readonly ServiceRevision[]): EcsService["targets"] {
  const named = balancers.flatMap(({ targetGroupArn, containerPort, advancedConfiguration }) => {
    const alternate = advancedConfiguration?.alternateTargetGroupArn;
    return [
      { arn: targetGroupArn, containerPort, pair: alternate },
      { arn: alternate, containerPort, pair: targetGroupArn },
    ];
  });
  const known = new Set(named.map(({ arn }) => arn));
  // A resolved configuration has no port.
  const used = revisions
    .flatMap((revision) => resolved(revision).loadBalancers ?? [])
    .flatMap(({ targetGroupArn: arn }) => (known.has(arn) ? [] : [{ arn, containerPort: undefined, pair: undefined }]));
  const found = new Map<string, EcsService["targets"][number]>();
  for (const { arn, containerPort = null, pair } of [...named, ...used]) {
    if (!arn) continue;
    const key = `${arn} ${containerPort}`;
    // One source may have the pair, and another only one of the two.
    const pairedWith = pair || found.get(key)?.pairedWith;
    found.set(key, { targetGroupArn: arn, containerPort, ...(pairedWith ? { pairedWith } : {}) });
  }
  return [...found.values()];
}

const unique = <T>(all: readonly T[]): T[] => [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
