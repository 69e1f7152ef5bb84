/**
 * Columns as wide as their longest cell, at most 48 characters; the first, which names what stands in the row to other
 * commands, is never cut. Cells come from outside and are made harmless.
 */
export function table(head: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const cells = [head, ...rows.map((row) => row.map((cell, column) => (column === 0 ? printable : fit)(cell ?? "-")))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

const WIDEST = 48;

function fit(cell: string): string {
  const plain = printable(cell);
  return plain.length <= WIDEST ? plain : `${plain.slice(0, WIDEST - 1)}…`;
}

/** Text from outside must neither move the cursor nor turn the direction of writing. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
