/** One figure. Ratios and counts hold on any machine; times only beside what ran in the same minute. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}
