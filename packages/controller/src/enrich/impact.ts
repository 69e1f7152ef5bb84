import type { EcsService } from "../aws/calls/ecs.ts";
import type { Ms } from "../clock.ts";
import type { ServiceImpact } from "./facts.ts";
import { countUntil, type ServiceTasks } from "./tally.ts";

const NO_TASKS: ServiceTasks = { doomed: 0, stops: [], doomedAddresses: new Map(), zones: {} };

/** Products of shares such as 100 × 0.07 come out a hair above the whole number that is meant. */
const ceil = (value: number): number => Math.max(0, Math.ceil(value - 1e-9));

/**
 * How many tasks a service needs: `ceil(desired × minimumHealthyPercent)` as ECS counts, or the threshold of the policy.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 *
 * @param threshold below 1 a share of desired, 1 or more a number of tasks, null for the service's own minimum
 */
export function minimumOf(service: EcsService, threshold: number | null): number {
  if (threshold === null) return ceil((service.desired * service.minimumHealthyPercent) / 100);
  return threshold < 1 ? ceil(service.desired * threshold) : ceil(threshold);
}

/**
 * What a service keeps when all that is doomed is gone: pure, and the same whatever the order of the doomed. Counts come
 * from two observations (the service, and its tasks) of different instants, so that what is doomed is at most what runs;
 * tasks that had stopped before the service was asked about are not among those that it had running, and are lost no more.
 * Zones hold the tasks that are known, which after a cold start are those on doomed capacity.
 */
export function impactOf(
  service: EcsService,
  tasks: ServiceTasks = NO_TASKS,
  threshold: number | null = null,
  asOf: Ms = Infinity,
): ServiceImpact {
  const stopped = countUntil(tasks.stops, asOf);
  const leaving = Math.min(tasks.doomed - stopped, service.running);
  const survives = service.running - leaving;
  const minimum = minimumOf(service, threshold);
  return {
    cluster: service.clusterArn,
    service: service.name,
    desired: service.desired,
    running: service.running,
    pending: service.pending,
    doomed: leaving + stopped,
    survives,
    minimum,
    // A daemon runs once on each instance: with the instance goes the wish for it.
    belowMinimum: !service.daemon && survives < minimum,
    daemon: service.daemon,
    balanced: isBalanced(service),
    taskDefinition: service.taskDefinitionArn,
    zones: tasks.zones,
  };
}

const isBalanced = (service: EcsService): boolean =>
  service.targets.length + service.classicLoadBalancers.length + service.latticeTargetGroups.length > 0;
