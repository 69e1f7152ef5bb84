import { readJson } from "./json.ts";

/** One raw message of an input; `message` counts from 1, `body` is the input of `parse`. */
export interface RawMessage {
  readonly file: string | null;
  readonly message: number;
  readonly body: string;
}

/**
 * Splits an input of `explain` and `replay` into raw messages: a JSON document, JSON lines, or an array of documents or
 * of strings (raw bodies). Any other input, also an empty one, is one raw body. Broken JSON lines become messages of
 * their own, with their own errors. `file` is null for standard input. Never throws.
 */
export function split(text: string, { file }: { readonly file: string | null }): readonly RawMessage[] {
  return bodies(text).map((body, index) => ({ file, message: index + 1, body }));
}

function bodies(text: string): readonly string[] {
  // No limits here, since an input may contain many messages; `parse` limits each message.
  const json = readJson(text, Infinity, Infinity);
  if (json.ok) return documents(json.value, text);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const read = lines.map((line): Line => {
    const value = readJson(line);
    return { line, value: value.ok ? value.value : undefined };
  });
  if (!areLines(read)) return [text];
  return read.map(({ line, value }) => (typeof value === "string" ? value : line));
}

interface Line {
  readonly line: string;
  /** Undefined: the line is not JSON. */
  readonly value: unknown;
}

/**
 * Whether the lines are JSON lines: at least half of them are valid, or one valid object is not indented (the lines of
 * a broken pretty-printed document are all indented).
 */
function areLines(lines: readonly Line[]): boolean {
  if (lines.length < 2) return false;
  const whole = lines.filter(({ value }) => typeof value === "object" || typeof value === "string");
  return whole.length * 2 >= lines.length || whole.some(({ line }) => line.startsWith("{"));
}

function documents(value: unknown, text: string): readonly string[] {
  if (Array.isArray(value)) {
    return value.map((entry: unknown) => (typeof entry === "string" ? entry : written(entry, text)));
  }
  return [typeof value === "string" ? value : text];
}

/**
 * Converts an entry back to JSON. An entry that is too deep overflows the stack; then returns the whole input, which is
 * rejected for the same reason.
 */
function written(entry: unknown, text: string): string {
  try {
    return JSON.stringify(entry);
  } catch {
    return text;
  }
}
