/** Returns the entry of `known` that `name` most likely means; undefined if none is close. */
export const nearest = (name: string, known: readonly string[]): string | undefined => {
  const wanted = name.toLowerCase();
  let least = wanted.length / 3 + 1;
  let best: string | undefined;
  for (const one of known) {
    const other = one.toLowerCase();
    // A part of a known name counts as an abbreviation; the same letters in another order count as a swap.
    const steps =
      wanted[2] && other.includes(wanted) ? 0 : sorted(wanted) === sorted(other) ? 1 : distance(wanted, other);
    if (steps < least) [least, best] = [steps, one];
  }
  return best;
};

const sorted = (text: string): string => text.split("").sort().join("");

/** Returns the number of insertions, deletions and replacements that turn one text into the other. */
const distance = (a: string, b: string): number => {
  let row = `${b} `.split("").map((_, at) => at);
  for (const letter of a) {
    let last = row[0] as number;
    row = row.map((above, at) => {
      last = at ? Math.min(above + 1, last + 1, (row[at - 1] as number) + (letter === b[at - 1] ? 0 : 1)) : above + 1;
      return last;
    });
  }
  return row[b.length] as number;
};
