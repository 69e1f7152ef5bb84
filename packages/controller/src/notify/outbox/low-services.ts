import type { Ms } from "../../clock.ts";
import type { ServiceImpact } from "../../enrich/facts.ts";
import type { Alert, LowService } from "../../model/alert.ts";

/** A document has at most 8 kB; more services are not remembered. */
const MOST = 5;

/**
 * Returns the services that were below their minimum so far: by their running tasks, not by what will be lost. Pure. A
 * service that falls again goes on from when it fell first.
 */
export function lowServices(
  { low: before = [] }: Pick<Alert, "low">,
  impact: readonly ServiceImpact[],
  now: Ms,
): readonly LowService[] {
  const fallen = new Map(
    impact.filter((one) => !one.daemon && one.running < one.minimum).map((one) => [one.service, one] as const),
  );
  const known = before.map((one) => ({ ...one, until: fallen.has(one.service) ? null : (one.until ?? now) }));
  const fresh = [...fallen.values()]
    .filter(({ service }) => !before.some((one) => one.service === service))
    .map(({ service, minimum }): LowService => ({ service, minimum, since: now, until: null }));
  return [...known, ...fresh].slice(0, MOST);
}
