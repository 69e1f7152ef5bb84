import type { Ms } from "../clock.ts";
import type { Params } from "../model/plain.ts";
import { containersOn } from "./containers-on.ts";
import { nameOf } from "./ids.ts";
import type { Inventory } from "./inventory.ts";

/** A document is small, and an instance is rarely registered more than twice. */
const MOST = 4;

/**
 * What the container instances of an instance were when they were last seen, as hints of the incident that opens now: a
 * worker that takes over sees only what they are by then. By the last part of their ARN: the status, and when it was seen.
 */
export function seenBefore(inventory: Inventory, instanceId: string): Params {
  const seen = containersOn(inventory, instanceId)
    .slice(0, MOST)
    .map(({ arn, status }) => [nameOf(arn), [status, inventory.get("container", arn)?.observedAt ?? 0]] as const);
  return seen.length === 0 ? {} : { containers: Object.fromEntries(seen) };
}

/** What such a hint says of a container instance; null: nothing. */
export function seenIn(hints: Params, arn: string): { readonly status: string; readonly at: Ms } | null {
  const { containers } = hints;
  if (containers === null || typeof containers !== "object" || Array.isArray(containers)) return null;
  const one = (containers as Params)[nameOf(arn)];
  if (!Array.isArray(one)) return null;
  const [status, at] = one as readonly unknown[];
  return typeof status === "string" && typeof at === "number" ? { status, at } : null;
}
