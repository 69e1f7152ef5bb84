/** Maximum length of names and reasons, some of which are untrusted. */
const LONGEST = 300;

/**
 * Sanitizes untrusted text (tags, names, error messages) to one line: without control characters, terminal escape
 * sequences, line and paragraph separators, and characters that are invisible or change the writing direction.
 */
export function clean(text: string, longest: number = LONGEST): string {
  const line = text
    .slice(0, 4 * longest)
    // Whole terminal sequences first, so that no part of them is left as text.
    .replace(ESCAPES, "")
    .replace(UNSEEN, " ")
    .replace(/\s+/g, " ")
    .trim();
  const characters = Array.from(line);
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join("")}…`;
}

// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const ESCAPES = /\u001B\[[0-?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\u001B[@-_]/g;

/** Control, format (bidirectional marks, zero width), surrogate halves, private use, line and paragraph separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu;

export const cleanOrNull = (text: string | null): string | null => (text === null ? null : clean(text) || null);
