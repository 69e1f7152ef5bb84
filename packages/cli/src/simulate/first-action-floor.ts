import { awsThrottleRules, floorSeconds, type Instance, rulesFor } from "@spotkeeper/simulator";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html: ten in one call. */
const INSTANCES_IN_A_CALL = 10;

/**
 * The least time, in seconds, in which AWS's request budgets let anyone make the first write for `share` of the doomed:
 * a call to deregister takes all targets of one target group, a call to drain ten instances of one cluster, and each
 * account and region has budgets of its own, full when the storm comes. Reads, and the time that a call takes, come on
 * top of it for whoever needs them.
 *
 * @param doomed instances as they stood before the storm
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

/** The tightest of the buckets that such calls draw on. */
function floorOf(service: "ecs" | "elasticloadbalancingv2", operation: string, calls: number): number {
  const rules = rulesFor(awsThrottleRules, { service, operation, mutating: true, input: {} });
  return Math.max(0, ...rules.map((rule) => floorSeconds(rule, calls)));
}
