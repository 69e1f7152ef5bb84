/**
 * Renders columns as wide as their longest cell, at most 48 characters. The first column is never cut, since other
 * commands take its values. Cells come from outside, so control characters are removed.
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

/** Removes characters that move the cursor or change the direction of text. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
