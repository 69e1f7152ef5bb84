import { expect, test } from "vitest";
import { pages } from "../support/tree.ts";
import { snippetsOf, typeErrors } from "./snippets.ts";

const fence = "```";

test("the TypeScript that the pages show compiles", { timeout: 120_000 }, async () => {
  expect(await typeErrors(pages().flatMap((page) => snippetsOf(page, "ts")))).toEqual([]);
});

test("snippets are found by their language, with their lines", () => {
  const text = [
    "Text",
    `${fence}ts`,
    "const a = 1;",
    fence,
    `${fence}yaml title`,
    "a: 1",
    "b: 2",
    fence,
    `  ${fence}ts`,
    "  b;",
    `  ${fence}`,
    `${fence}${"`"}md`,
    `${fence}ts`,
    fence,
    `${fence}${"`"}`,
  ].join("\n");
  expect(snippetsOf({ path: "a.md", text }, "ts")).toEqual([
    { path: "a.md", line: 3, code: "const a = 1;" },
    { path: "a.md", line: 10, code: "  b;" },
  ]);
  expect(snippetsOf({ path: "a.md", text }, "yaml")).toEqual([{ path: "a.md", line: 6, code: "a: 1\nb: 2" }]);
});

test("an error is told with the page and the line", { timeout: 120_000 }, async () => {
  const wrong = {
    path: "docs/a.md",
    line: 7,
    code: `import { no } from "@spotkeeper/controller";\nconst a: number = "x";`,
  };
  const right = { path: "docs/b.md", line: 3, code: `const a: number = 1;` };
  expect(await typeErrors([right, wrong])).toEqual([
    expect.stringMatching(/^docs\/a\.md:7: error TS2305: /),
    expect.stringMatching(/^docs\/a\.md:8: error TS2322: /),
  ]);
});
