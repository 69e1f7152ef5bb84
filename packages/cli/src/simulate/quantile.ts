/** The smallest value that at least `share` (0..1) of the values do not exceed; null of none. Nearest-rank method. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** To whole milliseconds, for seconds that are printed. */
export const rounded = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1_000) / 1_000;
