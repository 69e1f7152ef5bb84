import type { z } from "zod";
import { amongst } from "../fields.ts";
import { knownKeys, valueAt } from "./known-keys.ts";
import { nearest } from "../nearest.ts";
import { shown } from "./shown.ts";

type Path = readonly PropertyKey[];

/** One problem of a config. */
export interface Problem {
  readonly path: Path;
  /** What is wrong, without the key: `got "x", wants a number`. */
  readonly what: string;
  /** The same with the key before it. */
  readonly text: string;
}

/** Converts schema issues to problems, each with the key, the actual value (never a secret) and the expected value. */
export function problemsOf(schema: z.core.$ZodType, input: unknown, issues: readonly z.core.$ZodIssue[]): Problem[] {
  return issues.flatMap((any): Problem | Problem[] => {
    const issue = within(any, input);
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(schema, input, issue.path);
      return issue.keys.map((key) => unknownKey([...issue.path, key], key, known));
    }
    if (issue.code === "invalid_key") {
      return problem(issue.path, `wants ${issue.issues[0]?.message ?? "another name"}`);
    }
    const got = shown(valueAt(input, issue.path), issue.path);
    const said = got === null ? "is missing" : `got ${got}`;
    return problem(issue.path, `${said}, wants ${issue.message.replace(/^wants /, "")}`);
  });
}

/** Returns the issue of the option that a value of a union has the form of: text, or a list with a wrong item. */
function within(issue: z.core.$ZodIssue, input: unknown): z.core.$ZodIssue {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue;
  const isList = Array.isArray(valueAt(input, issue.path));
  const [inner] = issue.errors.flat().filter(({ code, path }) => (isList ? path.length > 0 : code === "invalid_value"));
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

const problem = (path: Path, what: string): Problem => ({ path, what, text: `${nameOf(path)}: ${what}` });

function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  const near = nearest(key, known);
  const hint = near === null ? `the known ones are ${known.join(", ")}` : `did you mean ${near}?`;
  return problem(path, `is no known key; ${known.length === 0 ? "none belongs here" : hint}`);
}

/** Formats a path: `policy.rules[0].match`. */
function nameOf(path: Path): string {
  if (path.length === 0) return "the config";
  return path
    .map((key, place) => (typeof key === "number" ? `[${key}]` : `${place === 0 ? "" : "."}${cut(String(key))}`))
    .join("");
}

/** Shortens and sanitizes a key, which is untrusted. */
function cut(key: string): string {
  const plain = key.slice(0, 60).replace(/[\p{C}\p{Z}]+/gu, "?");
  return plain === "" ? '""' : plain;
}

/** Returns the expected value, for issues without their own message. */
export function wants(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_format") return FORMATS[issue.format];
  if (issue.code === "invalid_type") return TYPES[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_value") return amongst(issue.values.map(String), issue.input);
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
    return `a ${issue.discriminator} that is known`;
  }
  return undefined;
}

const FORMATS: { readonly [format: string]: string | undefined } = {
  email: "an e-mail address",
  url: "a URL, such as https://example.com",
};

const TYPES: { readonly [expected: string]: string | undefined } = {
  object: "keys with values",
  record: "keys with values",
  array: "a list",
  string: "text (put numbers in quotes)",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};
