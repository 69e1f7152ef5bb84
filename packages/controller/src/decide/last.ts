import type { Facts } from "../enrich/facts.ts";

/**
 * Whether the subject carries a target group's last healthy target. Where health is not known it counts as healthy
 * elsewhere, unless the tasks of the service behind it are known, and none of them survives.
 */
export function isLast({ targets, services, impact }: Facts, targetGroupArn: string): boolean {
  const own = targets.filter((one) => one.targetGroupArn === targetGroupArn);
  if (own.some((one) => one.state === "healthy" && one.healthyElsewhere === 0)) return true;
  if (!own.some((one) => one.healthyElsewhere === null)) return false;
  const behind = services.filter((one) => one.targets.some((target) => target.targetGroupArn === targetGroupArn));
  return behind.some(({ name }) =>
    impact.some((one) => one.service === name && !one.daemon && one.doomed > 0 && one.survives === 0),
  );
}
