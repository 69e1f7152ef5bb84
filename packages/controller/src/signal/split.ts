import { readJson } from "./json.ts";

/** One raw message of an input, counted from 1. `body` is what `parse` takes. */
export interface RawMessage {
  readonly file: string | null;
  readonly message: number;
  readonly body: string;
}

/**
 * Splits an input of `explain` and `replay` into raw messages: a JSON document, JSON lines, an array of documents or of
 * strings that are raw bodies; an input that is none of these, the empty one too, is one raw body. JSON lines stay that
 * when some of them are broken: each broken one is a message of its own, with its own error. `file` is null for standard
 * input. Never throws.
 */
export function split(text: string, { file }: { readonly file: string | null }): readonly RawMessage[] {
  return bodies(text).map((body, index) => ({ file, message: index + 1, body }));
}

function bodies(text: string): readonly string[] {
  // An input may hold many messages: only each of them is bounded, by `parse`.
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
  /** Undefined: it is no JSON. */
  readonly value: unknown;
}

/** Half of them whole, or one whole object that is not indented: within a broken document all of them would be. */
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

/** An entry that is too deep to be written runs out of stack; the whole input, which is as deep, tells the same of it. */
function written(entry: unknown, text: string): string {
  try {
    return JSON.stringify(entry);
  } catch {
    return text;
  }
}
