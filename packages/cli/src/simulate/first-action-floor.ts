import { awsThrottleRules, floorSeconds, type Instance, rulesFor } from "@spotkeeper/simulator";

/**
 * The most container instances in one call:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html
 */
const INSTANCES_IN_A_CALL = 10;

/**
 * Returns the least time, in seconds, in which AWS's throttling lets anyone make the first write for `share` of the
 * doomed instances. One DeregisterTargets call takes all targets of a target group; one UpdateContainerInstancesState
 * call takes ten instances of a cluster. Each account and region has its own token buckets, which are full at first.
 * Reads, and the duration of calls, are not included.
 *
 * @param doomed the instances before the storm
 * @param share 0..1
 */
export function firstActionFloor(doomed: readonly Instance[], share: number): number {
  const places = Map.groupBy(doomed, ({ region }) => region);
  return Math.max(0, ...[...places.values()].map((all) => placeFloor(all, share)));
}

function placeFloor(doomed: readonly Instance[], share: number): number {
  const inGroups = new Set(doomed.flatMap(({ targets }) => [...targets].map(({ group }) => group)));
  const without = doomed.filter(({ targets }) => targets.size === 0);
  const clusters = Map.groupBy(without, ({ containerInstance }) => containerInstance?.cluster ?? null);
  clusters.delete(null);
  const drains = [...clusters.values()].map((all) => Math.ceil((all.length * share) / INSTANCES_IN_A_CALL));
  return Math.max(
    floorOf("elasticloadbalancingv2", "DeregisterTargets", Math.ceil(inGroups.size * share)),
    floorOf(
      "ecs",
      "UpdateContainerInstancesState",
      drains.reduce((sum, calls) => sum + calls, 0),
    ),
  );
}

/** Returns the floor of the tightest token bucket for these calls. */
function floorOf(service: "ecs" | "elasticloadbalancingv2", operation: string, calls: number): number {
  const rules = rulesFor(awsThrottleRules, { service, operation, mutating: true, input: {} });
  return Math.max(0, ...rules.map((rule) => floorSeconds(rule, calls)));
}
