import { expect, test } from "vitest";
import { filesBelow, read } from "../support/tree.ts";
import { factProblems } from "./aws-facts.ts";

const path = "docs/aws-facts.md";
const isTest = (file: string): boolean => file.endsWith(".test.ts");

test("every fact about AWS has a number of its own, a page, and a test that is there", () => {
  const files = new Set([...filesBelow("packages", isTest), ...filesBelow("test", isTest)]);
  expect(factProblems(read(path), files)).toEqual([]);
});

const row = "| 1 | A fact. | [Page](https://docs.aws.amazon.com/x) | `a.test.ts` |";

test.each([
  ["right", row, []],
  ["assumed", "| 1 | A fact. | assumed | `a.test.ts` |", []],
  ["a number twice", `${row}\n${row}`, [`${path}:2 has number 1, as line 1 has`]],
  [
    "no page",
    "| 1 | A fact. | AWS | `a.test.ts` |",
    [`${path}:1 names no page of AWS, and does not say "assumed" or "seen in"`],
  ],
  ["no test", "| 1 | A fact. | assumed | |", [`${path}:1 names no test`]],
  [
    "a test that is gone",
    "| 1 | A fact. | assumed | `b.test.ts` |",
    [`${path}:1 names b.test.ts, which does not exist`],
  ],
])("%s", (_, text, problems) => {
  expect(factProblems({ path, text }, new Set(["a.test.ts"]))).toEqual(problems);
});
