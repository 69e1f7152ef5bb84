/** The one of `known` that `name` was most likely meant to be; undefined where none is near. */
export const nearest = (name: string, known: readonly string[]): string | undefined => {
  const wanted = name.toLowerCase();
  let least = wanted.length / 3 + 1;
  let best: string | undefined;
  for (const one of known) {
    const other = one.toLowerCase();
    // What is a part of one was cut short, and what has the same letters has some swapped.
    const steps =
      wanted[2] && other.includes(wanted) ? 0 : sorted(wanted) === sorted(other) ? 1 : distance(wanted, other);
    if (steps < least) [least, best] = [steps, one];
  }
  return best;
};

const sorted = (text: string): string => text.split("").sort().join("");

/** Insertions, deletions and replacements that turn one into the other. */
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
