import type { EcsService } from "../../aws/calls/ecs.ts";
import type { Ms } from "../../clock.ts";
import type { ServiceImpact } from "../facts.ts";
import { countUntil, type ServiceTasks } from "./tally.ts";

const NO_TASKS: ServiceTasks = { doomed: 0, stops: [], doomedAddresses: new Map(), zones: {} };

/** Rounds up, with tolerance for products such as 100 × 0.07, which are slightly above the exact number. */
const ceil = (value: number): number => Math.max(0, Math.ceil(value - 1e-9));

/**
 * Returns how many tasks a service needs: `ceil(desired × minimumHealthyPercent)` as in ECS, or the threshold of the
 * policy. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 *
 * @param threshold below 1 a share of desired, 1 or more a number of tasks, null for the service's own minimum
 */
export function minimumOf(service: EcsService, threshold: number | null): number {
  if (threshold === null) return ceil((service.desired * service.minimumHealthyPercent) / 100);
  return threshold < 1 ? ceil(service.desired * threshold) : ceil(threshold);
}

/**
 * Calculates what remains of a service when all doomed capacity is gone. Pure. The counts are from two observations at
 * different times (the service, and its tasks), so the doomed tasks are limited to the running ones; tasks that had
 * stopped before the service was read are not in its running count. Zones contain the known tasks, which after a cold
 * start are only those on doomed capacity.
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
    // A daemon runs once on each instance; ECS does not replace it when the instance is gone.
    belowMinimum: !service.daemon && survives < minimum,
    daemon: service.daemon,
    balanced: isBalanced(service),
    taskDefinition: service.taskDefinitionArn,
    zones: tasks.zones,
  };
}

const isBalanced = (service: EcsService): boolean =>
  service.targets.length + service.classicLoadBalancers.length + service.latticeTargetGroups.length > 0;
