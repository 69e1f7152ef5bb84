import type { Target } from "@spotkeeper/simulator";

/**
 * Whether a load balancer sends requests to the target while it is healthy: one uses its target group, in its zone.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html (Target.NotInUse)
 */
export const isRouted = ({ group, instance, availabilityZone }: Target): boolean =>
  group.loadBalancers.length > 0 && !group.zonesOff.has(availabilityZone ?? instance?.zone.name ?? "");
