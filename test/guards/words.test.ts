import { expect, test } from "vitest";
import { productSources } from "../support/tree.ts";
import { replacedWords } from "./words.ts";

const path = "packages/controller/src/notify/join.ts";

test("comments and names use the terms of docs/architecture.md", () => {
  expect(replacedWords(productSources())).toEqual([]);
});

test.each([
  "/** Null: it is not known. */",
  "/** The deadline; null: none. */",
  "  // What came of the call.",
  " * Answers whether it is open.",
  "/** A worker that nobody has seen. */",
  "export function learn(signal: Signal): void {}",
  "const untold = 1;",
  "interface Whose {",
])("%s is found", (text) => {
  expect(replacedWords([{ path, text }])).toHaveLength(1);
});

test.each([
  [path, "/** Returns null if it is not known. */"],
  [path, "const url = `https://learn.microsoft.com`; // what EC2 answers"],
  ["packages/cli/src/main.ts", "/** Answers. */"],
])("%s: %s is allowed", (allowed, text) => {
  expect(replacedWords([{ path: allowed, text }])).toEqual([]);
});
