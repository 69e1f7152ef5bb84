import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { Fallback, OnDemand } from "../model/group.ts";
import type { Params, Plain } from "../model/plain.ts";
import { isSpotShortage, type FallbackRequest, requestFor } from "./group/fallback.ts";
import type { FailedLaunch } from "./failed-launch.ts";

/** Reads the allowed On-Demand fallback from a step's parameters; returns null if there is none. */
export function onDemandOf({ onDemand = null }: Params): OnDemand | null {
  if (onDemand === null || typeof onDemand !== "object" || Array.isArray(onDemand)) return null;
  const { lasts, most } = onDemand as { readonly [key: string]: Plain };
  return typeof lasts === "number" && typeof most === "number" ? { lasts, most } : null;
}

/**
 * Decides on an On-Demand fallback after a failed launch: returns a request (`wish`) if Spot had no capacity since
 * `params.since` and `params.onDemand` allows it, and a text to append to the reason.
 */
export function decideFallback(
  group: AutoScalingGroup,
  failed: FailedLaunch | null,
  params: Params,
  had: Fallback | null,
): { readonly wish: FallbackRequest | null; readonly said: string } {
  const allowed = onDemandOf(params);
  const { since } = params;
  // A recent raise takes one or two launches to have an effect.
  const raisedAt = had === null || had.until === null ? 0 : had.until - had.lasts;
  const lately = failed !== null && typeof since === "number" && failed.at >= since && failed.at > raisedAt;
  if (allowed === null || !lately || !isSpotShortage(failed.said)) return { wish: null, said: "" };
  const wish = requestFor(group, had, allowed, failed.said);
  if (typeof wish !== "string") return { wish, said: "; falling back to On-Demand" };
  return { wish: null, said: had === null ? `; no fallback to On-Demand: ${wish}` : "; On-Demand for a time" };
}
