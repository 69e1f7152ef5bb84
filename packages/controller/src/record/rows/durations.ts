import type { Ms } from "../../clock.ts";
import type { IncidentFilter } from "./filter.ts";
import type { IncidentRow } from "./row.ts";

/** The durations of an incident that are summed up, each with the field of its row. */
export const MEASURES = {
  /** What was left until the deadline when drained; negative if later. */
  spare: "spareSeconds",
  /** From the notice until the replacement served. */
  replacement: "replacementSeconds",
  /** From the launch to the notice. */
  uptime: "uptimeSeconds",
  /** From the first rebalance recommendation to the warning. */
  lead: "leadSeconds",
} as const satisfies { readonly [measure: string]: keyof IncidentRow };
export type Measure = keyof typeof MEASURES;
export const measureNames = Object.keys(MEASURES) as Measure[];

/** Seconds, by nearest rank: each figure is one that occurred. */
export interface Duration {
  /** Incidents with a value; the others have none, or it is not known. */
  readonly n: number;
  readonly min: number;
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface DurationsQuestion {
  /** Incidents opened at or after `from` and before `to`. */
  readonly from: Ms;
  readonly to: Ms;
  readonly filter: Omit<IncidentFilter, "from" | "to">;
}

/** Null: no incident has a value. */
export type Durations = { readonly [M in Measure]: Duration | null };

/** Incidents that are sorted at most; with more, the answer would keep the store busy for seconds. */
export const MOST_SORTED = 100_000;

/** Sums up values in milliseconds, sorted from the smallest; null if there are none. */
export function durationOf(sorted: readonly Ms[]): Duration | null {
  const at = (share: number): number => (sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0) / 1_000;
  if (sorted.length === 0) return null;
  return { n: sorted.length, min: at(0), p5: at(0.05), p50: at(0.5), p95: at(0.95), max: at(1) };
}
