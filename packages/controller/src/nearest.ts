/** Returns the known name that is most similar to `name` (a likely typing mistake); null if none is similar. */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = plain(name);
  let best: string | null = null;
  let least = Math.floor(wanted.length / 3) + 1;
  for (const candidate of known) {
    const steps = distance(wanted, plain(candidate));
    if (steps < least) [best, least] = [candidate, steps];
  }
  // A prefix of exactly one known name.
  const alike = known.filter((one) => wanted.length > 2 && plain(one).startsWith(wanted));
  return best ?? (alike.length === 1 ? (alike[0] ?? null) : null);
}

/** Normalises a name: `dead-letter_queue-url` equals `deadLetterQueueUrl`. */
const plain = (name: string): string => name.slice(0, 64).toLowerCase().replace(/[-_ ]/g, "");

/** Returns the edit distance: insertions, deletions, replacements, and swaps of neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const replaced = (above[j - 1] ?? 0) + (same ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min(replaced, swap, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    [before, above] = [above, row];
  }
  return above[b.length] ?? 0;
}
