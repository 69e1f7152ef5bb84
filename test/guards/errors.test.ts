import { expect, test } from "vitest";
import { filesBelow, productSources, read } from "../support/tree.ts";
import { errorDifferences } from "./errors.ts";

const path = "docs/errors.md";

test("the page of errors tells of every code, and of no other", () => {
  const docs = filesBelow("docs", (file) => file.endsWith(".md"));
  const page = docs.includes(path) ? read(path) : { path, text: "" };
  expect(errorDifferences(productSources(), page)).toEqual([]);
});

const text = "# Errors\n\n## SK-CONFIG-KEY\n\nSee SK-ELSEWHERE in the text.\n\n| `SK-AWS-CALL` | a call failed |\n";
const one = `throw new SpotkeeperError("SK-CONFIG-KEY", "x");`;
const two = `class A extends SpotkeeperError { constructor() { super("SK-AWS-CALL", "x"); } }`;

test.each([
  ["alike", `${one}${two}`, []],
  ["missing in the page", `${one}${two}const code = "SK-NEW";`, [`SK-NEW is in the code, not in ${path}`]],
  ["missing in the code", one, [`SK-AWS-CALL is in ${path}, not in the code`]],
  ["composed", `${one}${two}const c = \`SK-\${x}\`;`, ["a.ts:1 composes an error code from parts"]],
  ["types and prose do not count", `${one}${two}type T = "SK-T"; // "SK-P"`, []],
])("%s", (_, source, differences) => {
  expect(errorDifferences([{ path: "a.ts", text: source }], { path, text })).toEqual(differences);
});
