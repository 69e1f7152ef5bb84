import type { Ms } from "../clock.ts";
import type { Params } from "../model/plain.ts";
import { containersOn } from "./containers-on.ts";
import { nameOf } from "./ids.ts";
import type { Inventory } from "./inventory.ts";

/** Bound of hints; an instance is rarely registered more than twice. */
const MOST = 4;

/**
 * Returns the last observed status of the instance's container instances, with its time, as hints for an incident that
 * opens now. A worker that takes over later could only read the status of that later time. The keys are the last parts
 * of the ARNs.
 */
export function containerHints(inventory: Inventory, instanceId: string): Params {
  const seen = containersOn(inventory, instanceId)
    .slice(0, MOST)
    .map(({ arn, status }) => [nameOf(arn), [status, inventory.get("container", arn)?.observedAt ?? 0]] as const);
  return seen.length === 0 ? {} : { containers: Object.fromEntries(seen) };
}

/** Reads the hint about a container instance; returns null if there is none. */
export function containerHintOf(hints: Params, arn: string): { readonly status: string; readonly at: Ms } | null {
  const { containers } = hints;
  if (containers === null || typeof containers !== "object" || Array.isArray(containers)) return null;
  const one = (containers as Params)[nameOf(arn)];
  if (!Array.isArray(one)) return null;
  const [status, at] = one as readonly unknown[];
  return typeof status === "string" && typeof at === "number" ? { status, at } : null;
}
