import { readJson } from "./json.ts";

/** One raw message of an input, counted from 1. `body` is what `parse` takes. */
export interface RawMessage {
  readonly file: string | null;
  readonly message: number;
  readonly body: string;
}

/**
 * Splits an input of `explain` and `replay` into raw messages: a JSON document, JSON lines, an array of documents or of
 * strings that are raw bodies; an input that is none of these is one raw body (INTERFACE.md). JSON lines stay that when
 * some of them are broken, as long as half are whole: each broken one is a message of its own, with its own error.
 * `file` is null for standard input. Never throws.
 */
export function split(text: string, { file }: { readonly file: string | null }): readonly RawMessage[] {
  return bodies(text).map((body, index) => ({ file, message: index + 1, body }));
}

function bodies(text: string): readonly string[] {
  if (text.trim() === "") return [];
  // An input may hold many messages: only each of them is bounded, by `parse`.
  const json = readJson(text, Infinity);
  if (json.ok) return documents(json.value, text);
  if (json.reason === "too-deep") return [text];
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const parsed = lines.map((line) => readJson(line));
  const whole = parsed.filter((line) => line.ok && (typeof line.value === "object" || typeof line.value === "string"));
  if (lines.length < 2 || whole.length * 2 < lines.length) return [text];
  return lines.map((line, index) => {
    const value = parsed[index];
    return value?.ok === true && typeof value.value === "string" ? value.value : line;
  });
}

function documents(value: unknown, text: string): readonly string[] {
  if (Array.isArray(value)) {
    return value.map((entry: unknown) => (typeof entry === "string" ? entry : JSON.stringify(entry)));
  }
  return [typeof value === "string" ? value : text];
}
