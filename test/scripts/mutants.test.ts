import { expect, test } from "vitest";
import { scoreOf } from "../../scripts/support/mutant-score.ts";
import { isInShare, parseShare } from "../../scripts/support/mutant-share.ts";

const mutant = (line: number, fileName = "src/a.ts") => ({
  fileName,
  mutatorName: "BooleanLiteral",
  replacement: "false",
  location: { start: { line, column: 4 } },
});
const parts = [1, 2, 3, 4].map((part) => ({ part, of: 4 }));
const partOf = (line: number, fileName?: string): number[] =>
  parts.flatMap((share) => (isInShare(mutant(line, fileName), share, "/repository") ? [share.part] : []));

test("each mutant is in one of the parts, which are about equal, and the same however its file is named", () => {
  const drawn = Array.from({ length: 2_000 }, (_, line) => partOf(line));
  expect(drawn.every(({ length }) => length === 1)).toBe(true);
  for (const { part } of parts) expect(drawn.filter(([one]) => one === part).length / 500).toBeCloseTo(1, 0);
  expect(drawn).toEqual(Array.from({ length: 2_000 }, (_, line) => partOf(line, "/repository/src/a.ts")));
});

test("a share that names no part is refused, and the message says what is wanted", () => {
  expect(parseShare("3/12")).toEqual({ part: 3, of: 12 });
  for (const text of ["", "12", "0/12", "13/12", "1/0", "1/12x"])
    expect(() => parseShare(text)).toThrow(`--share: got ${text}, wants for example 1/12`);
});

test("the score counts mutants of the share: found, survived, and those that no test reaches, but not those left out", () => {
  const statuses = ["Killed", "Timeout", "Survived", "NoCoverage", "Ignored", "CompileError"];
  const mutants = statuses.map((status, index) => ({
    ...mutant(index),
    replacement: "{\n  }",
    // In the report they are counted from 1.
    location: { start: { line: index + 1, column: 5 } },
    status,
  }));
  const score = (part: number, of: number) =>
    scoreOf({ files: { "src/a.ts": { mutants } } }, { part, of }, "/repository");
  expect(score(1, 1)).toEqual({
    mutants: 4,
    found: 2,
    survivors: ["src/a.ts:3 BooleanLiteral → { }", "src/a.ts:4 BooleanLiteral → { }"],
  });
  const inParts = parts.map(({ part, of }) => score(part, of));
  expect(inParts.reduce((sum, one) => sum + one.mutants, 0)).toBe(4);
  expect(inParts.flatMap(({ survivors }) => survivors).toSorted()).toEqual(score(1, 1).survivors);
  const lines = inParts.map(({ survivors }) => survivors.map((one) => Number(/:(\d+) /.exec(one)?.[1]) - 1));
  const drawn = parts.map((share) =>
    [2, 3].filter((line) => isInShare({ ...mutant(line), replacement: "{\n  }" }, share, "/repository")),
  );
  expect(lines).toEqual(drawn);
});
