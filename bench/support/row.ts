/** One figure. Ratios and counts are comparable between machines; times only within one run. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}
