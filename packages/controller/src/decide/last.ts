import type { Facts } from "../enrich/facts.ts";

/**
 * Whether the subject has the last healthy target of a target group. If health is not known, other targets count as
 * healthy, unless the tasks of the service are known and none survives.
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
