/** Names of colours. Each stands for an ANSI sequence, or for nothing without colours. */
export type Tone = "plain" | "bold" | "dim" | "good" | "warn" | "bad" | "info" | "title";

const CODES: { readonly [T in Tone]: string } = {
  plain: "",
  bold: "1",
  dim: "2",
  good: "32",
  warn: "33",
  bad: "1;31",
  info: "36",
  title: "1;36",
};

/** A piece of a line. */
export type Piece = readonly [text: string, tone: Tone];
export type Line = readonly Piece[];

/** Renders a line of at most `columns` characters, cut at the end; ANSI sequences do not count. */
export function paintLine(line: Line, columns: number, colors: boolean): string {
  let left = columns;
  let out = "";
  for (const [text, tone] of line) {
    const characters = Array.from(text);
    const fitting = characters.length <= left ? text : `${characters.slice(0, Math.max(0, left - 1)).join("")}…`;
    if (left > 0) out += colors && CODES[tone] !== "" ? `\u001B[${CODES[tone]}m${fitting}\u001B[0m` : fitting;
    left -= characters.length;
    if (left <= 0) break;
  }
  return out;
}

/** Pads or cuts a text to exactly `columns` characters. */
export const cell = (text: string, columns: number): string => {
  const characters = Array.from(text);
  return characters.length <= columns ? text.padEnd(columns) : `${characters.slice(0, columns - 1).join("")}…`;
};

/** Returns the number of characters of a line. */
export const widthOf = (line: Line): number => line.reduce((sum, [text]) => sum + Array.from(text).length, 0);

/** Joins two lines into one, the second at the right edge if there is room. */
export function spread(left: Line, right: Line, columns: number): Line {
  const gap = columns - widthOf(left) - widthOf(right);
  return gap < 2 ? left : [...left, [" ".repeat(gap), "plain"], ...right];
}
