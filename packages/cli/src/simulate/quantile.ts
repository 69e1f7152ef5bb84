/**
 * Returns the smallest value that at least `share` (0..1) of the values do not exceed, by the nearest-rank method.
 * Returns null for no values.
 */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** Rounds seconds to whole milliseconds. */
export const rounded = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1_000) / 1_000;
