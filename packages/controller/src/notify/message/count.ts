/** Counts the values; the most frequent first. */
export function tally(values: Iterable<string>): readonly (readonly [value: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** Makes `1 task`, `3 tasks`. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** Lists the first values, and counts the rest: "a, b and 7 more". */
export function few(values: readonly string[], most: number): string {
  if (values.length <= most) return values.join(", ");
  return `${values.slice(0, most).join(", ")} and ${values.length - most} more`;
}

/** Cuts a line to `width` characters, with "…" at the end. */
export function short(line: string, width: number): string {
  const characters = Array.from(line);
  return characters.length <= width ? line : `${characters.slice(0, width - 1).join("")}…`;
}

/** Formats a duration for people: `94 s`, `12 min`, `3 h`, `4 days`. */
export function span(seconds: number): string {
  if (seconds < 600) return `${Math.round(seconds)} s`;
  if (seconds < 2 * 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 72 * 3_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
