import { expect, test } from "vitest";
import { filesBelow, pages, type Source } from "../support/tree.ts";

/** Paths in code marks that end in `.ts`. A placeholder (`<name>`) is not one. */
const NAMED = /`([\w./-]+\.ts)`/g;

/** Returns the file names in a page that are the end of no path of the project. */
function unknownFiles({ path, text }: Source, files: readonly string[]): string[] {
  const names = [...text.matchAll(NAMED)].map(([, name]) => name ?? "");
  const unknown = names.filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)));
  return unknown.map((name) => `${path}: ${name}`);
}

/** Whether a page describes the present. The changelog may name files that are gone. */
const isOfToday = ({ path }: Source): boolean => path !== "CHANGELOG.md";

test("each file that a page names exists", () => {
  const files = filesBelow("", (path) => path.endsWith(".ts"));
  expect(
    pages()
      .filter(isOfToday)
      .flatMap((page) => unknownFiles(page, files)),
  ).toEqual([]);
});

test("a file that does not exist is reported with its page", () => {
  const page = { path: "a.md", text: "See `flow/flow.ts`, `gone.ts` and `kinds/<kind>.ts`." };
  expect(unknownFiles(page, ["packages/x/src/flow/flow.ts"])).toEqual(["a.md: gone.ts"]);
});
